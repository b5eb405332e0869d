import { BerthError } from '../../errors/berth-error.ts';
import type { HostConfig } from '../model/host-config.ts';
import type { UpdateRequest } from '../model/update-request.ts';

/** Fields that an update changes when they are given: 0 and the empty text are "not given". */
const changeable = [
  'BlkioWeight',
  'CpuShares',
  'NanoCpus',
  'CpuPeriod',
  'CpuQuota',
  'CpusetCpus',
  'CpusetMems',
  'Memory',
  'MemorySwap',
  'MemoryReservation',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
] as const;

/** Fields that Docker's API takes here and does nothing with: who sets them is told. */
const fixed = [
  'BlkioWeightDevice',
  'BlkioDeviceReadBps',
  'BlkioDeviceWriteBps',
  'BlkioDeviceReadIOps',
  'BlkioDeviceWriteIOps',
  'CgroupParent',
  'CpuCount',
  'CpuPercent',
  'DeviceCgroupRules',
  'DeviceRequests',
  'Devices',
  'IOMaximumBandwidth',
  'IOMaximumIOps',
  'KernelMemory',
  'KernelMemoryTCP',
  'MemorySwappiness',
  'OomKillDisable',
  'Ulimits',
] as const;

/**
 * Refuses to change what can only be said at creation.
 *
 * @throws UNSUPPORTED_FIELD
 */
export function refuseFixed(request: UpdateRequest): void {
  const field = fixed.find((name) => isGiven(request[name]));
  if (field === undefined) return;
  throw new BerthError('UNSUPPORTED_FIELD', {
    message: `${field} is ${JSON.stringify(request[field])}, which cannot be changed later`,
    remedy: 'Leave it out, or make another container with it.',
    details: { field, value: request[field] },
  });
}

function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== null && value !== '' && value !== 0 && value !== -1 && value !== false;
}

/** What does not go together, in Docker's words: a test is true when it does not. */
const conflicts: readonly (readonly [
  string,
  (now: HostConfig, asked: UpdateRequest) => boolean,
])[] = [
  [
    'Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set',
    (now, asked) => asked.NanoCpus > 0 && now.CpuPeriod > 0,
  ],
  [
    'Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set',
    (now, asked) => asked.NanoCpus > 0 && now.CpuQuota > 0,
  ],
  [
    'Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set',
    (now, asked) => asked.CpuPeriod > 0 && now.NanoCpus > 0,
  ],
  [
    'Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set',
    (now, asked) => asked.CpuQuota > 0 && now.NanoCpus > 0,
  ],
  [
    'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    (now, asked) => asked.Memory !== 0 && asked.MemorySwap === 0 && asked.Memory > now.MemorySwap,
  ],
  [
    'Restart policy cannot be updated because AutoRemove is enabled for the container',
    (now, { RestartPolicy: { Name } }) => now.AutoRemove && !['', 'no'].includes(Name),
  ],
];

/**
 * A container's host configuration with an update in it.
 *
 * @throws CONTAINER_UPDATE_CONFLICT it does not go together with what the container has
 */
export function mergeUpdate(now: HostConfig, asked: UpdateRequest): HostConfig {
  const conflict = conflicts.find(([, test]) => test(now, asked));
  if (conflict !== undefined) {
    throw new BerthError('CONTAINER_UPDATE_CONFLICT', {
      message: conflict[0],
      remedy: 'Change both together, or leave the one as it is.',
    });
  }
  const given = changeable.filter((field) => isSet(asked[field]));
  return {
    ...now,
    ...Object.fromEntries(given.map((field) => [field, asked[field]])),
    ...(asked.PidsLimit === null ? {} : { PidsLimit: Math.max(0, asked.PidsLimit) }),
    ...(asked.RestartPolicy.Name === '' ? {} : { RestartPolicy: asked.RestartPolicy }),
  };
}

function isSet(value: number | string): boolean {
  return value !== 0 && value !== '';
}
