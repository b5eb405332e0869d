import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import type { Check } from './check.ts';

/** A machine of 512 MB shows less: the kernel keeps a part for itself. */
const leastBytes = 430 * 2 ** 20;

/** Memory, processors and swap. */
export const resources: Check = {
  id: 'resources',
  title: m.resourcesTitle,
  group: 'system',
  wanted: m.resourcesWanted,
  why: m.resourcesWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files, machine: { processors } }) {
    const text = await files.readText('/proc/meminfo');
    const memoryBytes = fieldOf(text ?? '', 'MemTotal');
    if (memoryBytes === undefined) {
      return { status: 'warn', seen: m.resourcesUnknown(), remedy: m.resourcesMore() };
    }
    const swapBytes = fieldOf(text ?? '', 'SwapTotal') ?? 0;
    const details = { memoryBytes, swapBytes, processors };
    const seen = m.resourcesSeen({
      memory: inWords(memoryBytes),
      cpus: processors,
      swap: inWords(swapBytes),
    });
    if (memoryBytes >= leastBytes) return { status: 'pass', seen, details };
    return { status: 'warn', seen, remedy: m.resourcesMore(), details };
  },
};

/** A field of proc_meminfo(5), whose `kB` are 1024 bytes. */
function fieldOf(text: string, name: string): number | undefined {
  const kibibytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function inWords(bytes: number): string {
  const mebibytes = bytes / 2 ** 20;
  return mebibytes < 1024 ? `${Math.round(mebibytes)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
