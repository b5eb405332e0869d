import { describe, expect, it } from 'vitest';
import { fullV1Layout, fullV2Layout, plainV1Layout } from './layouts.ts';
import { ownWrites, planned, reported } from './planned.ts';

const cpu = { realtimeRuntime: 100_000, realtimePeriod: 500_000 };

describe('real-time', () => {
  it('is given to the shared folders first, all that the root has or what is needed of it', () => {
    const { writes } = planned(fullV1Layout, { cpu });
    const shared = '/cg/cpu,cpuacct/berth/cpu.rt_';
    expect(writes.filter(({ file }) => file.includes('cpu.rt_'))).toEqual([
      {
        file: `${shared}period_us`,
        value: '1000000',
        label: 'give real-time to /cg/cpu,cpuacct/berth',
        onError: 'ignore',
      },
      {
        file: `${shared}runtime_us`,
        value: '950000',
        label: 'give real-time to /cg/cpu,cpuacct/berth',
        onError: 'ignore',
        // 100 of 500 ms are 200 of 1000.
        orElse: {
          file: `${shared}runtime_us`,
          value: '200000',
          label: 'give real-time to /cg/cpu,cpuacct/berth',
          onError: 'ignore',
        },
      },
      {
        file: '/cg/cpu,cpuacct/berth/1234/cpu.rt_period_us',
        value: '500000',
        label: 'set the real-time period to 500000 us',
        onError: 'fail',
      },
      {
        file: '/cg/cpu,cpuacct/berth/1234/cpu.rt_runtime_us',
        value: '100000',
        label: 'allow 100000 us of real-time a period',
        onError: 'fail',
      },
    ]);
  });

  it('leaves everything as it is when none is asked for', () => {
    const { writes } = planned(fullV1Layout, { cpu: { realtimeRuntime: 0, realtimePeriod: 0 } });
    expect(writes.filter(({ file }) => file.includes('cpu.rt_'))).toEqual([]);
  });

  it('may have another period without any runtime', () => {
    const plan = planned(fullV1Layout, { cpu: { realtimePeriod: 500_000 } });
    expect(ownWrites(plan, 'cpu.rt_')).toEqual(['cpu.rt_period_us=500000']);
    expect(plan.writes.filter(({ file }) => file.includes('berth/cpu.rt_'))).toEqual([]);
  });

  it.each([
    [{ realtimeRuntime: 1_000_001 }, 'wanted a number from 0 to the period, 1000000'],
    [{ realtimeRuntime: -1 }, `'linux.resources.cpu.realtimeRuntime' is -1`],
    [{ ...cpu, realtimePeriod: 99_999 }, 'to the period, 99999'],
  ])('refuses %j', (values, message) => {
    expect(() => planned(fullV1Layout, { cpu: values })).toThrow(message);
  });

  it.each([
    ['a kernel that does not share it out', plainV1Layout, 'CONFIG_RT_GROUP_SCHED'],
    ['cgroup v2', fullV2Layout, 'cgroup v2'],
  ] as const)('is reported on %s', (_name, layout, reason) => {
    const plan = planned(layout, { cpu });
    expect(reported(plan)).toEqual(['cpu.realtimePeriod', 'cpu.realtimeRuntime']);
    expect(plan.unsupported[0]?.reason).toContain(reason);
    expect(ownWrites(plan, 'cpu.rt_')).toEqual([]);
  });
});
