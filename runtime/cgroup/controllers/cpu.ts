import { BerthError } from '../../errors/berth-error.ts';
import type { CpuResources } from '../../spec/resources.ts';
import type { ControllerPlan } from '../cgroup-plan.ts';
import type { Controller, V1Request, V2Request } from './controller.ts';
import { fieldsSet, nothing, report, write } from './controller.ts';

/** What the kernel takes: https://github.com/torvalds/linux/blob/v6.18/kernel/sched/sched.h (MIN_SHARES, MAX_SHARES) */
const shares = { minimum: 2, maximum: 2 ** 18 } as const;

/** Microseconds; the kernel's own when none is given. */
const usualPeriod = 100_000;

/** 0 is "not set": Docker writes it so. */
function set(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

/** The kernel would silently take the nearest number that it allows. */
function checkShares(value: number | undefined): void {
  if (value === undefined || (value >= shares.minimum && value <= shares.maximum)) return;
  throw new BerthError('CGROUP_LIMIT_INVALID', {
    message: `'linux.resources.cpu.shares' is ${value}, wanted a number from ${shares.minimum} to ${shares.maximum}`,
    remedy: 'Choose a weight in that range; 1024 is usual.',
  });
}

/** "If specified, this value MUST be no larger than any positive quota": the specification on burst. */
function checkBurst({ burst = 0, quota = 0 }: CpuResources): void {
  if (quota <= 0 || burst <= quota) return;
  throw new BerthError('CGROUP_LIMIT_INVALID', {
    message: `'linux.resources.cpu.burst' is ${burst}, wanted at most the quota, ${quota}`,
    remedy: 'Lower the burst, or raise the quota.',
  });
}

/**
 * Turns CPU shares (v1: 2 to 262144, usually 1024) into a CPU weight (v2: 1 to 10000, usually 100): a curve through
 * the three pairs, the same as runc’s.
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/utils.go (ConvertCPUSharesToCgroupV2Value)
 */
export function weightOfShares(value: number): number {
  if (value <= shares.minimum) return 1;
  if (value >= shares.maximum) return 10_000;
  const log = Math.log2(value);
  return Math.ceil(10 ** ((log * log + 125 * log) / 612 - 7 / 34));
}

function planV1({ folder, resources, layout }: V1Request): ControllerPlan {
  const cpu: CpuResources = resources.cpu ?? {};
  const wanted = set(cpu.shares);
  checkShares(wanted);
  checkBurst(cpu);
  const limits = layout.files.has('cpu.cfs_quota_us');
  const bursts = layout.files.has('cpu.cfs_burst_us');
  const idles = layout.files.has('cpu.idle');
  const quota = set(cpu.quota);
  return {
    writes: [
      ...write(folder, 'cpu.shares', wanted, { label: `set CPU shares to ${wanted ?? 0}` }),
      // Period before quota: a new group has no quota yet, so no period can be too short for it.
      ...write(folder, 'cpu.cfs_period_us', limits ? set(cpu.period) : undefined, {
        label: `set the CPU period to ${cpu.period ?? 0} us`,
      }),
      ...write(folder, 'cpu.cfs_quota_us', limits ? quota : undefined, {
        label: `limit CPU time to ${quota ?? 0} us a period`,
      }),
      ...write(folder, 'cpu.cfs_burst_us', bursts ? set(cpu.burst) : undefined, {
        label: `allow CPU bursts of ${cpu.burst ?? 0} us`,
      }),
      ...write(folder, 'cpu.idle', idles ? cpu.idle : undefined, {
        label: `set CPU idle to ${cpu.idle ?? 0}`,
      }),
    ],
    reports: [
      ...report(
        limits ? undefined : (quota ?? set(cpu.period)),
        'cpu.quota',
        'This kernel has no CFS bandwidth control: CPU time stays without a limit.',
      ),
      ...report(
        bursts ? undefined : set(cpu.burst),
        'cpu.burst',
        'This kernel has no CPU bursts: the quota holds in every period.',
      ),
      ...report(idles ? undefined : set(cpu.idle), 'cpu.idle', 'This kernel has no idle cgroups.'),
    ],
  };
}

function planV2({ folder, resources }: V2Request): ControllerPlan {
  const { cpu } = resources;
  if (cpu === undefined) return nothing;
  // The weight has ends of its own: what is beyond them is the least or the most there is, as for runc and crun.
  const wanted = set(cpu.shares);
  checkBurst(cpu);
  const quota = set(cpu.quota);
  const period = set(cpu.period);
  const limit = quota === undefined || quota < 0 ? 'max' : String(quota);
  const max = quota ?? period;
  return {
    writes: [
      ...write(folder, 'cpu.weight', wanted === undefined ? undefined : weightOfShares(wanted), {
        label: `set the CPU weight for ${wanted ?? 0} shares`,
      }),
      ...write(
        folder,
        'cpu.max',
        max === undefined ? undefined : `${limit} ${period ?? usualPeriod}`,
        { label: `limit CPU time to ${limit} us in ${period ?? usualPeriod} us` },
      ),
      ...write(folder, 'cpu.max.burst', set(cpu.burst), {
        label: `allow CPU bursts of ${cpu.burst ?? 0} us`,
      }),
      // After the weight, which an idle group does not have.
      ...write(folder, 'cpu.idle', cpu.idle, { label: `set CPU idle to ${cpu.idle ?? 0}` }),
    ],
    reports: [],
  };
}

/**
 * CPU time: https://docs.kernel.org/scheduler/sched-bwc.html and
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu
 */
export const cpuController: Controller = {
  asked: ({ cpu }) => {
    if (cpu === undefined) return [];
    const { shares: weight, quota, period, burst, idle } = cpu;
    return fieldsSet('cpu', {
      shares: set(weight),
      quota: set(quota),
      period: set(period),
      burst: set(burst),
      idle: set(idle),
    });
  },
  v1: planV1,
  v2: planV2,
};
