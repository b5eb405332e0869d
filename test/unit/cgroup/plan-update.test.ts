import { describe, expect, test } from 'vitest';
import type { CgroupV1Layout, CgroupV2Layout } from '../../../runtime/cgroup/layout.ts';
import { planUpdate } from '../../../runtime/cgroup/plan-update.ts';
import { resourcesSchema, type ResourcesInput } from '../../../runtime/spec/resources.ts';

const v1: CgroupV1Layout = {
  version: 'v1',
  mounts: { memory: '/m', cpu: '/c', pids: '/p', cpuset: '/s', devices: '/d' },
  cpuset: { cpus: '0-1', mems: '0' },
  realtime: { periodUs: 1_000_000, runtimeUs: 950_000 },
  memory: { hierarchical: true, limitsKernel: false },
  files: new Set(['memory.memsw.limit_in_bytes', 'cpu.cfs_quota_us', 'cpu.cfs_burst_us']),
  hugePageSizes: [],
};

const v2: CgroupV2Layout = {
  version: 'v2',
  mount: '/u',
  controllers: new Set(['memory', 'cpu', 'pids', 'cpuset', 'io']),
  hugePageSizes: [],
};

/** Files and values that a change writes, after limits that were there before. */
function written(
  layout: CgroupV1Layout | CgroupV2Layout,
  change: ResourcesInput,
  before: ResourcesInput = {},
): Readonly<Record<string, string>> {
  const resources = { ...before, ...change };
  for (const name of ['memory', 'cpu'] as const)
    if (before[name] && change[name]) resources[name] = { ...before[name], ...change[name] };
  const { writes } = planUpdate({
    layout,
    path: '/a/b',
    change: resourcesSchema.parse(change),
    resources: resourcesSchema.parse(resources),
  });
  return Object.fromEntries(writes.map(({ file, value }) => [file, value]));
}

describe('planUpdate', () => {
  test('writes what changes, and nothing above the container', () => {
    expect(written(v1, { pids: { limit: 7 } })).toEqual({ '/p/a/b/pids.max': '7' });
    expect(written(v2, { pids: { limit: 7 } })).toEqual({ '/u/a/b/pids.max': '7' });
  });

  test('leaves devices and the CPU list alone', () => {
    expect(written(v1, {})).toEqual({});
    expect(written(v1, { cpu: { cpus: '1' } })).toEqual({ '/s/a/b/cpuset.cpus': '1' });
  });

  test('writes together what belongs together', () => {
    const before = { memory: { limit: 10, swap: 30 }, cpu: { quota: 5000, period: 10_000 } };
    expect(written(v1, { memory: { limit: 20 } }, before)).toEqual({
      '/m/a/b/memory.limit_in_bytes': '20',
      '/m/a/b/memory.memsw.limit_in_bytes': '30',
    });
    expect(written(v2, { memory: { limit: 20 } }, before)).toEqual({
      '/u/a/b/memory.max': '20',
      '/u/a/b/memory.swap.max': '10',
    });
    expect(written(v2, { cpu: { quota: 2000 } }, before)).toEqual({
      '/u/a/b/cpu.max': '2000 10000',
    });
  });

  test('takes a burst away', () => {
    expect(written(v1, { cpu: { burst: 0 } })).toEqual({ '/c/a/b/cpu.cfs_burst_us': '0' });
    expect(written(v2, { cpu: { burst: 0 } })).toEqual({ '/u/a/b/cpu.max.burst': '0' });
  });

  test('says where to look before memory is limited below what is used', () => {
    const memory = { limit: 9, checkBeforeUpdate: true };
    const check = (layout: CgroupV1Layout | CgroupV2Layout) => {
      const resources = resourcesSchema.parse({ memory });
      return planUpdate({ layout, path: '/a/b', change: resources, resources }).memoryCheck;
    };
    expect(check(v1)).toEqual({ file: '/m/a/b/memory.usage_in_bytes', limit: 9 });
    expect(check(v2)).toEqual({ file: '/u/a/b/memory.current', limit: 9 });
  });
});
