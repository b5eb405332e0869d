import { describe, expect, it } from 'vitest';
import { parseDeviceNames } from '../../../../runtime/oci/systemd/device-names.ts';
import { textOf } from '../../../../runtime/host/dbus/dbus-value.ts';
import {
  limitProperties,
  type PropertyHost,
  quotaPerSecond,
} from '../../../../runtime/oci/systemd/unit-properties.ts';
import { type ResourcesInput, resourcesSchema } from '../../../../runtime/spec/resources.ts';

const infinity = 2n ** 64n - 1n;

const deviceNames = parseDeviceNames(
  'Character devices:\n  1 mem\n136 pts\n\nBlock devices:\n  8 sd\n',
);

const v2: PropertyHost = { cgroups: 'v2', version: 252, deviceNames };
const v1: PropertyHost = { cgroups: 'v1', version: 252, deviceNames };

/** Properties by name, as far as they are numbers or texts; without the one that is always there. */
function numbers(resources: ResourcesInput, host: PropertyHost): Record<string, unknown> {
  const found = limitProperties(resourcesSchema.parse(resources), host)
    .filter(({ name }) => !name.startsWith('Device'))
    .map(({ name, value }) => [
      name,
      value.type === 'a'
        ? value.items.map((item) => ('value' in item ? item.value : item))
        : 'value' in value && value.value,
    ]);
  const { TasksMax, ...others } = Object.fromEntries(found) as Record<string, unknown>;
  return TasksMax === infinity ? others : { TasksMax, ...others };
}

describe.each<[string, ResourcesInput, object, object]>([
  ['nothing', {}, {}, {}],
  [
    'memory',
    { memory: { limit: 100, reservation: 50, swap: 150 } },
    { MemoryMax: 100n, MemoryLow: 50n, MemorySwapMax: 50n },
    { MemoryLimit: 100n },
  ],
  [
    'memory without swap',
    { memory: { limit: 100, swap: 100 } },
    { MemoryMax: 100n, MemorySwapMax: 0n },
    { MemoryLimit: 100n },
  ],
  [
    'no limit of memory',
    { memory: { limit: -1 } },
    { MemoryMax: infinity, MemorySwapMax: infinity },
    { MemoryLimit: infinity },
  ],
  ['what Docker writes for nothing', { memory: { limit: 0 }, cpu: { shares: 0 } }, {}, {}],
  ['shares', { cpu: { shares: 1024 } }, { CPUWeight: 100n }, { CPUShares: 1024n }],
  [
    'a quota',
    { cpu: { quota: 25_000, period: 50_000 } },
    { CPUQuotaPeriodUSec: 50_000n, CPUQuotaPerSecUSec: 500_000n },
    { CPUQuotaPeriodUSec: 50_000n, CPUQuotaPerSecUSec: 500_000n },
  ],
  ['idle', { cpu: { idle: 1, shares: 512 } }, { CPUWeight: 0n }, { CPUShares: 512n }],
  [
    'CPUs',
    { cpu: { cpus: '0-2,9', mems: '0' } },
    { AllowedCPUs: [7, 2], AllowedMemoryNodes: [1] },
    { AllowedCPUs: [7, 2], AllowedMemoryNodes: [1] },
  ],
  ['processes', { pids: { limit: 7 } }, { TasksMax: 7n }, { TasksMax: 7n }],
  ['no limit of processes', { pids: { limit: -1 } }, {}, {}],
  ['weights of disks', { blockIO: { weight: 500 } }, { IOWeight: 4950n }, { BlockIOWeight: 500n }],
  [
    'unified',
    {
      unified: {
        'memory.max': 'max',
        'pids.max': '9',
        'cpu.max': '10000 50000',
        'cpuset.cpus': '1',
        'memory.low': 'nonsense',
        'io.max': '8:0 rbps=5',
      },
    },
    { MemoryMax: infinity, TasksMax: 9n, CPUQuotaPerSecUSec: 200_000n, AllowedCPUs: [2] },
    {},
  ],
])('%s', (_what, resources, unified, legacy) => {
  it('has the properties of v2 and of v1', () => {
    expect(numbers(resources, v2)).toEqual(unified);
    expect(numbers(resources, v1)).toEqual(legacy);
  });
});

it('tells an old systemd nothing that it does not know', () => {
  const cpu = { cpus: '0', period: 50_000, quota: 10_000, idle: 1 };
  const old = numbers({ cpu }, { ...v2, version: 240 });
  expect(old).toEqual({ CPUQuotaPerSecUSec: 200_000n });
});

it.each([
  [0, 50_000, infinity],
  [-1, 0, infinity],
  [100_000, 0, 1_000_000n],
  [33_000, 50_000, 660_000n],
  // Rounded up: less than was asked for must not be.
  [1, 100_000, 10_000n],
  [33_333, 100_000, 340_000n],
])('a quota of %d in %d is %d a second', (quota, period, wanted) => {
  expect(quotaPerSecond(quota, period)).toBe(wanted);
});

describe('devices of v1', () => {
  const devices = (rules: ResourcesInput['devices']): unknown => {
    const found = limitProperties(resourcesSchema.parse({ devices: rules }), v1);
    return Object.fromEntries(
      found
        .filter(({ name }) => name.startsWith('Device'))
        .map(({ name, value }) => [
          name,
          value.type === 'a'
            ? value.items.map((item) =>
                item.type === 'r' ? item.fields.map((field) => textOf(field) ?? '').join(' ') : '',
              )
            : 'value' in value && value.value,
        ]),
    );
  };

  it('are named as systemd names them', () => {
    const found = devices([
      { allow: false, access: 'rwm' },
      { allow: true, type: 'b', major: 8, access: 'r' },
      { allow: true, type: 'b', major: 8, minor: 1, access: 'rw' },
      { allow: false, type: 'b', major: 8, minor: 2, access: 'rw' },
      { allow: true, type: 'c', major: 77, access: 'r' },
    ]);
    expect(found).toMatchObject({ DevicePolicy: 'strict' });
    const { DeviceAllow } = found as { readonly DeviceAllow: readonly string[] };
    expect(DeviceAllow.slice(0, 2)).toEqual(['block-sd r', '/dev/block/8:1 rw']);
    expect(DeviceAllow).toEqual(
      expect.arrayContaining(['char-* m', 'block-* m', '/dev/char/1:3 rwm', 'char-pts rwm']),
    );
    expect(DeviceAllow.join()).not.toContain('8:2');
  });

  it('are all allowed where the config allows all', () => {
    expect(devices([{ allow: true, access: 'rwm' }])).toEqual({
      DevicePolicy: 'auto',
      DeviceAllow: [],
    });
  });
});
