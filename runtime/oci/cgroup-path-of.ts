import { defaultCgroupPath } from '../cgroup/cgroup-path.ts';
import type { Spec } from '../spec/spec.ts';

/** Where a container's cgroup is, as `planStart` has it. */
export function cgroupPathOf({ linux }: Spec, id: string): string {
  return linux.cgroupsPath ?? defaultCgroupPath(id);
}
