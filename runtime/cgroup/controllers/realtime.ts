import { BerthError } from '../../errors/berth-error.ts';
import type { Resources } from '../../spec/resources.ts';
import type { CgroupReport, CgroupWrite, ControllerPlan } from '../cgroup-plan.ts';
import type { CgroupV1Layout } from '../layout.ts';
import type { Controller, V1Request } from './controller.ts';
import { fieldsSet, report, write } from './controller.ts';

/** Microseconds; the kernel's own when none is given. */
const usualPeriod = 1_000_000;

interface Realtime {
  readonly runtime: number | undefined;
  readonly period: number | undefined;
}

/** 0 is "not set", as it is for runc and crun. */
function realtimeOf({ cpu }: Resources): Realtime {
  const set = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
  return { runtime: set(cpu?.realtimeRuntime), period: set(cpu?.realtimePeriod) };
}

/** The kernel refuses others, without saying why. */
function checkRuntime({ runtime = 0, period = usualPeriod }: Realtime): void {
  if (runtime >= 0 && runtime <= period) return;
  throw new BerthError('CGROUP_LIMIT_INVALID', {
    message: `'linux.resources.cpu.realtimeRuntime' is ${runtime}, wanted a number from 0 to the period, ${period}`,
    remedy: 'Lower the runtime, or set a longer "realtimePeriod".',
  });
}

/**
 * Gives a shared folder real-time to hand on: a new one has none, and nothing below it could have any (EINVAL). It gets
 * all that the root has, since what the containers in it have together is not known; or, where others have some of
 * that, what this container needs. runc and crun leave this to the administrator; dockerd does it down to its own
 * folder (`--cpu-rt-runtime`).
 */
export function fillSharedRealtime(
  folder: string,
  { resources, layout }: { readonly resources: Resources; readonly layout: CgroupV1Layout },
): readonly CgroupWrite[] {
  const { runtime, period = usualPeriod } = realtimeOf(resources);
  if (runtime === undefined || !hasRealtime(layout)) return [];
  const { periodUs, runtimeUs } = layout.realtime;
  const label = `give real-time to ${folder}`;
  const needed = Math.ceil((runtime * periodUs) / period);
  const [orElse] = write(folder, runtimeFile, needed, { label, onError: 'ignore' });
  return [
    ...write(folder, periodFile, periodUs, { label, onError: 'ignore' }),
    ...write(folder, runtimeFile, runtimeUs, { label, onError: 'ignore', orElse }),
  ];
}

const periodFile = 'cpu.rt_period_us';
const runtimeFile = 'cpu.rt_runtime_us';

function hasRealtime({ files }: CgroupV1Layout): boolean {
  return files.has(runtimeFile);
}

function reports({ runtime, period }: Realtime, reason: string): readonly CgroupReport[] {
  return [
    ...report(period, 'cpu.realtimePeriod', reason),
    ...report(runtime, 'cpu.realtimeRuntime', reason),
  ];
}

function planV1({ folder, resources, layout }: V1Request): ControllerPlan {
  const realtime = realtimeOf(resources);
  checkRuntime(realtime);
  if (!hasRealtime(layout)) {
    const reason = 'This kernel does not share real-time out to cgroups (CONFIG_RT_GROUP_SCHED).';
    return { writes: [], reports: reports(realtime, reason) };
  }
  const { runtime, period } = realtime;
  return {
    writes: [
      // Period first: a new folder has no runtime yet, so none can be too short for it.
      ...write(folder, periodFile, period, {
        label: `set the real-time period to ${period ?? 0} us`,
      }),
      ...write(folder, runtimeFile, runtime, {
        label: `allow ${runtime ?? 0} us of real-time a period`,
      }),
    ],
    reports: [],
  };
}

/**
 * Time of real-time threads, in cgroup v1 alone: https://docs.kernel.org/scheduler/sched-rt-group.html, as SetRtSched of
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fs/cpu.go
 */
export const realtimeController: Controller = {
  asked: (resources) => {
    const { runtime, period } = realtimeOf(resources);
    return fieldsSet('cpu', { realtimePeriod: period, realtimeRuntime: runtime });
  },
  v1: planV1,
  v2: ({ resources }) => ({
    writes: [],
    reports: reports(realtimeOf(resources), 'cgroup v2 does not share real-time out.'),
  }),
};
