import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { readTextIfExists } from '../../host/files.ts';

/**
 * The error of a start whose processes the kernel has killed for want of memory: they could say nothing any more. To be asked
 * as long as the container's cgroup is there.
 *
 * @returns the error as it is when something else was the matter.
 */
export async function orOutOfMemory(error: unknown, cgroup: CgroupPlan): Promise<unknown> {
  if (!isBerthError(error, 'PROGRAM_CRASHED') || !(await hasKilled(cgroup))) return error;
  const field = 'linux.resources.memory.limit';
  return new BerthError('START_FAILED', {
    message: `${error.message} The kernel has killed the container's first process for want of memory: "${field}" is too low for it.`,
    remedy: 'Raise the limit: 6 MiB is the least that Docker allows.',
    details: { ...error.details, field },
    cause: error,
  });
}

async function hasKilled({ oomCounter }: CgroupPlan): Promise<boolean> {
  if (!oomCounter) return false;
  const lines = ((await readTextIfExists(oomCounter.file)) ?? '').split('\n');
  return lines.some((line) => line.startsWith(`${oomCounter.key} `) && !line.endsWith(' 0'));
}
