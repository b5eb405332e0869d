import type { z } from 'zod';
import { record, text } from './fields.ts';

/** More processors than any kernel can be built for (CONFIG_NR_CPUS); a list beyond it is a mistake. */
const mostCpus = 65_536;

/** Whether a text is a list such as `0-3,7`; blanks around the commas are taken, as the specification's schema does. */
function isCpuList(value: string): boolean {
  if (value.trim() === '') return true;
  return value.split(',').every((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
    if (first === undefined) return false;
    return Number(first) <= Number(last) && Number(last) < mostCpus;
  });
}

const cpuList = text.refine(isCpuList, {
  error: `a list of processors such as "0-3,7", each below ${mostCpus}`,
});

/**
 * `process.execCPUAffinity`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#linux-process
 *
 * Of processes that are executed in a container later on: "not applicable to the container's init process".
 */
export const execCpuAffinitySchema = record({
  /** Before the process is moved into the container's cgroups. */
  initial: cpuList.optional(),
  /** Once it is there; absent or empty: what the kernel makes of it. */
  final: cpuList.optional(),
});

/** On which processors what is executed in a running container runs. */
export type ExecCpuAffinity = z.infer<typeof execCpuAffinitySchema>;
