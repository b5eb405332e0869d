import { BerthError } from '../../errors/berth-error.ts';
import type { MemoryResources } from '../../spec/resources.ts';
import type { ControllerPlan } from '../cgroup-plan.ts';
import type { Controller, V1Request, V2Request } from './controller.ts';
import { fieldsSet, nothing, report, write } from './controller.ts';

const unlimited = -1;

const swapFile = 'memory.memsw.limit_in_bytes';

/** The specification's 0 is "not set" everywhere but for swappiness: Docker writes it so. */
function set(value: number | undefined): number | undefined {
  return value === 0 ? undefined : value;
}

/**
 * Checks memory+swap against memory, with which it is counted together.
 *
 * @throws CGROUP_LIMIT_INVALID
 */
function checkSwap({ limit, swap }: MemoryResources): void {
  if (set(swap) === undefined || swap === unlimited) return;
  if (set(limit) === undefined) {
    throw new BerthError('CGROUP_LIMIT_INVALID', {
      message: `'linux.resources.memory.swap' is ${swap ?? 0} without a memory limit, wanted both or neither`,
      remedy: 'Set a memory limit as well.',
    });
  }
  if (limit !== undefined && swap !== undefined && limit !== unlimited && swap < limit) {
    throw new BerthError('CGROUP_LIMIT_INVALID', {
      message: `'linux.resources.memory.swap' is ${swap}, wanted at least the memory limit, ${limit}: it counts both together`,
      remedy: 'Raise memory+swap to the memory limit or above, or set it to -1.',
    });
  }
}

/** Unlimited memory with no word about swap means unlimited swap too: https://github.com/opencontainers/runc/pull/1187 */
function swapWanted({ limit, swap }: MemoryResources): number | undefined {
  return set(swap) ?? (limit === unlimited ? unlimited : undefined);
}

function planV1({ folder, resources, layout }: V1Request): ControllerPlan {
  const { memory } = resources;
  if (memory === undefined) return nothing;
  checkSwap(memory);
  const swap = swapWanted(memory);
  const countsSwap = layout.files.has(swapFile);
  const limit = set(memory.limit);
  return {
    writes: [
      // Memory first: memory+swap may never be below it, and starts without limit.
      ...write(folder, 'memory.limit_in_bytes', limit, {
        label: `limit memory to ${limit ?? 0} bytes`,
      }),
      ...write(folder, swapFile, countsSwap ? swap : undefined, {
        label: `limit memory and swap to ${swap ?? 0} bytes`,
      }),
      ...write(folder, 'memory.soft_limit_in_bytes', set(memory.reservation), {
        label: `reserve ${memory.reservation ?? 0} bytes of memory`,
      }),
      ...write(folder, 'memory.swappiness', memory.swappiness, {
        label: `set swappiness to ${memory.swappiness ?? 0}`,
      }),
      ...write(folder, 'memory.oom_control', memory.disableOOMKiller === true ? 1 : undefined, {
        label: 'switch the OOM killer off',
      }),
    ],
    reports: countsSwap
      ? []
      : report(
          set(memory.swap),
          'memory.swap',
          'This kernel does not account swap (swapaccount=1): swap stays without a limit.',
        ),
  };
}

function orMax(value: number | undefined): string | undefined {
  return value === unlimited ? 'max' : value?.toString();
}

/**
 * cgroup v2 counts swap by itself, the specification together with memory. As ConvertMemorySwapToCgroupV2Value of
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/utils.go
 */
function swapOnly(memory: MemoryResources): number | undefined {
  const swap = swapWanted(memory);
  const { limit } = memory;
  if (swap === undefined || swap === unlimited || limit === undefined) return swap;
  return limit === unlimited ? swap : swap - limit;
}

function planV2({ folder, resources }: V2Request): ControllerPlan {
  const { memory } = resources;
  if (memory === undefined) return nothing;
  checkSwap(memory);
  const swap = swapOnly(memory);
  const limit = orMax(set(memory.limit));
  const reservation = orMax(set(memory.reservation));
  return {
    writes: [
      // Without swap in the kernel the file is missing: then neither "none" nor "no limit" needs it.
      ...write(folder, 'memory.swap.max', orMax(swap), {
        label: `limit swap to ${orMax(swap) ?? ''} bytes`,
        onError: swap === 0 || swap === unlimited ? 'ignore' : 'fail',
      }),
      ...write(folder, 'memory.max', limit, { label: `limit memory to ${limit ?? ''} bytes` }),
      ...write(folder, 'memory.low', reservation, {
        label: `reserve ${reservation ?? ''} bytes of memory`,
      }),
    ],
    reports: [
      ...report(
        memory.swappiness,
        'memory.swappiness',
        'cgroup v2 has no swappiness of its own: the whole host has one (vm.swappiness).',
      ),
      ...report(
        memory.disableOOMKiller,
        'memory.disableOOMKiller',
        'cgroup v2 cannot switch the OOM killer off.',
      ),
    ],
  };
}

/**
 * Memory: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html and
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#memory
 */
export const memoryController: Controller = {
  asked: ({ memory }) => {
    if (memory === undefined) return [];
    const { limit, reservation, swap, swappiness, disableOOMKiller } = memory;
    return fieldsSet('memory', { limit, reservation, swap, swappiness, disableOOMKiller });
  },
  v1: planV1,
  v2: planV2,
};
