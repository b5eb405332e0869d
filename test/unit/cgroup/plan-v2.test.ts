import { describe, expect, it } from 'vitest';
import { weightOfShares } from '../../../runtime/cgroup/controllers/cpu.ts';
import { planCgroup } from '../../../runtime/cgroup/plan.ts';
import type { CgroupPlan } from '../../../runtime/cgroup/cgroup-plan.ts';
import type { CgroupV2Layout } from '../../../runtime/cgroup/layout.ts';
import { resourcesSchema } from '../../../runtime/spec/resources.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';
import { v2Layout } from './layouts.ts';

function plan(resources: ResourcesInput, layout: CgroupV2Layout = v2Layout): CgroupPlan {
  return planCgroup({ layout, path: '/berth/1234', resources: resourcesSchema.parse(resources) });
}

/** The writes into the container's own folder, as `file=value`. */
function writes(found: CgroupPlan): readonly string[] {
  return found.writes
    .filter(({ file }) => file.startsWith('/cg/berth/1234/'))
    .map(({ file, value }) => `${file.split('/').at(-1) ?? ''}=${value}`);
}

describe('a cgroup v2 plan', () => {
  it('has one folder, which alone is removed', () => {
    const { create, join, remove, hierarchies, freezer, oomCounter } = plan({});
    expect(create).toEqual(['/cg/berth', '/cg/berth/1234']);
    expect(join).toEqual(['/cg/berth/1234/cgroup.procs']);
    expect(remove).toEqual(['/cg/berth/1234']);
    expect(hierarchies).toEqual([{ name: 'cg', controllers: [], folder: '/cg/berth/1234' }]);
    expect(freezer).toMatchObject({ file: '/cg/berth/1234/cgroup.freeze', freeze: '1', thaw: '0' });
    expect(oomCounter).toEqual({ file: '/cg/berth/1234/memory.events', key: 'oom_kill' });
  });

  it('enables the controllers in every folder above its own, those that a limit needs without excuse', () => {
    const found = plan({ pids: { limit: 5 } });
    expect(
      found.writes
        .filter(({ file }) => file.endsWith('subtree_control'))
        .map(({ file, value, onError }) => [file, value, onError]),
    ).toEqual([
      ['/cg/cgroup.subtree_control', '+cpu +cpuset +io +memory +pids', 'ignore'],
      ['/cg/berth/cgroup.subtree_control', '+cpu +cpuset +io +memory +pids', 'ignore'],
      ['/cg/cgroup.subtree_control', '+pids', 'fail'],
      ['/cg/berth/cgroup.subtree_control', '+pids', 'fail'],
    ]);
  });

  it.each([
    [
      { limit: 1000, swap: 3000, reservation: 500 },
      ['memory.swap.max=2000', 'memory.max=1000', 'memory.low=500'],
    ],
    [{ limit: 1000, swap: 1000 }, ['memory.swap.max=0', 'memory.max=1000']],
    [{ limit: 1000, swap: -1 }, ['memory.swap.max=max', 'memory.max=1000']],
    [{ limit: 1000 }, ['memory.max=1000']],
    [{ limit: -1 }, ['memory.swap.max=max', 'memory.max=max']],
    [{ limit: -1, swap: 5000 }, ['memory.swap.max=5000', 'memory.max=max']],
    [{ limit: 0, swap: 0 }, []],
  ])('turns memory %j into %j: swap is counted by itself', (memory, expected) => {
    expect(writes(plan({ memory }))).toEqual(expected);
  });

  it('does without the swap file when no swap or any swap is wanted, and not when some is', () => {
    const onError = (swap: number): string | undefined =>
      plan({ memory: { limit: 1000, swap } }).writes.find(({ file }) => file.endsWith('swap.max'))
        ?.onError;
    expect([onError(1000), onError(-1), onError(2000)]).toEqual(['ignore', 'ignore', 'fail']);
  });

  it.each([
    [{ quota: 50000 }, ['cpu.max=50000 100000']],
    [{ quota: 50000, period: 20000 }, ['cpu.max=50000 20000']],
    [{ period: 20000 }, ['cpu.max=max 20000']],
    [{ quota: -1 }, ['cpu.max=max 100000']],
    [{ shares: 1024 }, ['cpu.weight=100']],
    [{ shares: 1 }, ['cpu.weight=1']],
    [{ shares: 300_000 }, ['cpu.weight=10000']],
    [{ idle: 0 }, ['cpu.idle=0']],
    [
      { quota: 5000, burst: 100, idle: 1 },
      ['cpu.max=5000 100000', 'cpu.max.burst=100', 'cpu.idle=1'],
    ],
    [{ cpus: '0-1', mems: '0' }, ['cpuset.cpus=0-1', 'cpuset.mems=0']],
    [{}, []],
  ])('turns CPU %j into %j', (cpu, expected) => {
    expect(writes(plan({ cpu }))).toEqual(expected);
  });

  it('writes "max" for no process limit', () => {
    expect(writes(plan({ pids: { limit: -1 } }))).toEqual(['pids.max=max']);
    expect(writes(plan({ pids: { limit: 7 } }))).toEqual(['pids.max=7']);
  });

  it('writes files of the unified field as they are, last', () => {
    expect(writes(plan({ pids: { limit: 7 }, unified: { 'memory.high': '1000' } }))).toEqual([
      'pids.max=7',
      'memory.high=1000',
    ]);
  });

  it.each(['rdma.max', '../memory.high', 'memory.high/x', 'memory'])(
    'refuses the unified file %s',
    (file) => {
      expect(() => plan({ unified: { [file]: '1' } })).toThrow(`"${file}"`);
    },
  );

  it('reports what cgroup v2 does not have', () => {
    const found = plan({ memory: { swappiness: 10, disableOOMKiller: true } });
    expect(found.unsupported.map(({ field }) => field)).toEqual([
      'linux.resources.memory.swappiness',
      'linux.resources.memory.disableOOMKiller',
    ]);
  });

  it('has a program for its devices, unless all are allowed', () => {
    const { deviceProgram, unsupported } = plan({});
    expect(deviceProgram?.folder).toBe('/cg/berth/1234');
    expect(deviceProgram?.instructions.length).toBeGreaterThan(0);
    expect(unsupported).toEqual([]);
    expect(plan({ devices: [{ allow: true }] }).deviceProgram).toBeUndefined();
  });

  it('reports limits whose controller the host does not have', () => {
    const found = plan(
      { pids: { limit: 5 }, memory: { limit: 5 } },
      { ...v2Layout, controllers: new Set(['memory']) },
    );
    expect(found.unsupported.map(({ field }) => field)).toContain('linux.resources.pids.limit');
    expect(writes(found)).toEqual(['memory.max=5']);
  });
});

describe('weightOfShares', () => {
  // The pairs that the tests of runc's library have: https://github.com/opencontainers/cgroups/blob/v0.1.0/utils_test.go
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [1024, 100],
    [262143, 10000],
    [262144, 10000],
    [999999999, 10000],
  ])('%i shares are weight %i', (shares, weight) => {
    expect(weightOfShares(shares)).toBe(weight);
  });
});
