import type { CgroupWrite } from '../cgroup-plan.ts';
import type { CgroupV1Layout } from '../layout.ts';
import type { Controller } from './controller.ts';
import { fieldsSet, write } from './controller.ts';

function set(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Writes the CPUs and memory nodes; both files have the same names in either version. */
function writes(
  folder: string,
  cpus: string | undefined,
  mems: string | undefined,
): readonly CgroupWrite[] {
  return [
    ...write(folder, 'cpuset.cpus', cpus, { label: `use CPUs ${cpus ?? ''}` }),
    ...write(folder, 'cpuset.mems', mems, { label: `use memory nodes ${mems ?? ''}` }),
  ];
}

/**
 * Fills a shared folder of the v1 hierarchy. A new one has no CPUs and no memory, and neither it nor any folder in it
 * could take a process (ENOSPC). A folder that is filled already is left as it is when the kernel refuses.
 */
export function fillSharedCpuset(folder: string, layout: CgroupV1Layout): readonly CgroupWrite[] {
  const { cpus, mems } = layout.cpuset;
  return writes(folder, cpus, mems).map((step) => ({ ...step, onError: 'ignore' }));
}

/** Which CPUs and memory nodes: https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html */
export const cpusetController: Controller = {
  asked: ({ cpu }) => fieldsSet('cpu', { cpus: set(cpu?.cpus), mems: set(cpu?.mems) }),
  v1: ({ folder, resources, layout }) => ({
    writes: writes(
      folder,
      set(resources.cpu?.cpus) ?? layout.cpuset.cpus,
      set(resources.cpu?.mems) ?? layout.cpuset.mems,
    ),
    reports: [],
  }),
  v2: ({ folder, resources }) => ({
    writes: writes(folder, set(resources.cpu?.cpus), set(resources.cpu?.mems)),
    reports: [],
  }),
};
