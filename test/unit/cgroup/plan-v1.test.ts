import { describe, expect, it } from 'vitest';
import { planCgroup } from '../../../runtime/cgroup/plan.ts';
import { resourcesSchema } from '../../../runtime/spec/resources.ts';
import type { ResourcesInput } from '../../../runtime/spec/resources.ts';
import type { CgroupPlan } from '../../../runtime/cgroup/cgroup-plan.ts';
import type { CgroupV1Layout } from '../../../runtime/cgroup/layout.ts';
import { plainV1Layout, v1Layout } from './layouts.ts';

function plan(resources: ResourcesInput, layout: CgroupV1Layout = v1Layout): CgroupPlan {
  return planCgroup({ layout, path: '/berth/1234', resources: resourcesSchema.parse(resources) });
}

/** The writes that are about a controller, as `file=value` without the folder. */
function writes(found: CgroupPlan, controller: string): readonly string[] {
  return found.writes
    .filter(({ file }) => file.startsWith(`/cg/${controller}`))
    .map(({ file, value }) => `${file.split('/').at(-1) ?? ''}=${value}`);
}

function fields(found: CgroupPlan): readonly string[] {
  return found.unsupported.map(({ field }) => field);
}

describe('a cgroup v1 plan', () => {
  it('makes a folder in each hierarchy, outermost first, and one where two controllers share it', () => {
    const { create, join, remove, hierarchies } = plan({});
    expect(create.filter((folder) => folder.includes('/cpu,'))).toEqual([
      '/cg/cpu,cpuacct/berth',
      '/cg/cpu,cpuacct/berth/1234',
    ]);
    expect(create).toHaveLength(12);
    expect(join).toHaveLength(6);
    expect(join).toContain('/cg/memory/berth/1234/tasks');
    expect(new Set(remove)).toEqual(new Set(create.filter((folder) => folder.endsWith('1234'))));
    expect(hierarchies).toContainEqual({
      name: 'cpu,cpuacct',
      controllers: ['cpu', 'cpuacct'],
      folder: '/cg/cpu,cpuacct/berth/1234',
    });
  });

  it('has a folder in the hierarchy that systemd named, where it is to have one', () => {
    const { create, join, remove, hierarchies } = plan({}, { ...v1Layout, systemd: '/cg/systemd' });
    const folder = '/cg/systemd/berth/1234';
    expect(create.slice(-2)).toEqual(['/cg/systemd/berth', folder]);
    expect(join.at(-1)).toBe(`${folder}/tasks`);
    expect(remove).toContain(folder);
    expect(hierarchies.at(-1)).toEqual({
      name: 'systemd',
      controllers: ['name=systemd'],
      folder,
    });
  });

  it('has a folder of cgroup v2 as well where a hybrid host is to have one, and shows nothing of it', () => {
    const hybrid = { ...v1Layout, version: 'hybrid', unified: '/cg/unified' } as const;
    const { create, join, remove, unified, hierarchies } = plan({}, hybrid);
    expect(unified).toBe('/cg/unified/berth/1234');
    expect(create.slice(-2)).toEqual(['/cg/unified/berth', '/cg/unified/berth/1234']);
    expect(join.at(-1)).toBe('/cg/unified/berth/1234/cgroup.procs');
    expect(remove).toContain('/cg/unified/berth/1234');
    expect(hierarchies).toEqual(plan({}).hierarchies);
  });

  it('takes "rwa" of a device rule for "rw", and says so', () => {
    const rule = { allow: true, type: 'c', major: 1, minor: 11, access: 'rwa' } as const;
    const found = plan({ devices: [rule] });
    expect(writes(found, 'devices')).toContain('devices.allow=c 1:11 rw');
    expect(fields(found)).toContain('linux.resources.devices[0].access');
  });

  it('removes what it made in reverse order, but never what is shared', () => {
    const { create, remove } = plan({});
    const own = create.filter((folder) => folder.endsWith('/1234'));
    expect(remove).toEqual(own.toReversed());
  });

  it('knows where the kernel counts OOM kills, and how to freeze', () => {
    const { oomCounter, freezer } = plan({});
    expect(oomCounter).toEqual({
      file: '/cg/memory/berth/1234/memory.oom_control',
      key: 'oom_kill',
    });
    expect(freezer?.file).toBe('/cg/freezer/berth/1234/freezer.state');
  });

  it('limits memory before memory and swap, which must not be less', () => {
    const found = plan({
      memory: { limit: 1048576, swap: 2097152, reservation: 524288, swappiness: 0 },
    });
    expect(writes(found, 'memory')).toEqual([
      'memory.limit_in_bytes=1048576',
      'memory.memsw.limit_in_bytes=2097152',
      'memory.soft_limit_in_bytes=524288',
      'memory.swappiness=0',
    ]);
    expect(fields(found)).toEqual([]);
  });

  it('takes 0 for "not set"', () => {
    const found = plan({
      memory: { limit: 0, swap: 0, reservation: 0 },
      cpu: { shares: 0, quota: 0, period: 0, cpus: '', mems: '' },
    });
    expect(writes(found, 'memory')).toEqual([]);
    expect(writes(found, 'cpu,')).toEqual([]);
  });

  it('unlimited memory means unlimited swap', () => {
    expect(writes(plan({ memory: { limit: -1 } }), 'memory')).toEqual([
      'memory.limit_in_bytes=-1',
      'memory.memsw.limit_in_bytes=-1',
    ]);
  });

  it('switches the OOM killer off', () => {
    expect(writes(plan({ memory: { disableOOMKiller: true } }), 'memory')).toEqual([
      'memory.oom_control=1',
    ]);
    expect(writes(plan({ memory: { disableOOMKiller: false } }), 'memory')).toEqual([]);
  });

  it.each([
    [{ limit: 2000, swap: 1000 }, 'wanted at least the memory limit, 2000'],
    [{ swap: 1000 }, 'without a memory limit'],
  ])('refuses %j', (memory, message) => {
    expect(() => plan({ memory })).toThrow(message);
  });

  it('limits CPU time: the period first, so that the quota fits', () => {
    const found = plan({ cpu: { shares: 512, quota: 50000, period: 20000, burst: 1000, idle: 1 } });
    expect(writes(found, 'cpu,')).toEqual([
      'cpu.shares=512',
      'cpu.cfs_period_us=20000',
      'cpu.cfs_quota_us=50000',
      'cpu.cfs_burst_us=1000',
      'cpu.idle=1',
    ]);
  });

  it('refuses a burst above the quota', () => {
    expect(() => plan({ cpu: { quota: 1000, burst: 1001 } })).toThrow(
      `'linux.resources.cpu.burst' is 1001, wanted at most the quota, 1000`,
    );
    expect(() => plan({ cpu: { quota: -1, burst: 1001 } })).not.toThrow();
  });

  it('lifts a quota by -1', () => {
    expect(writes(plan({ cpu: { quota: -1 } }), 'cpu,')).toEqual(['cpu.cfs_quota_us=-1']);
  });

  it.each([1, 262145])('refuses %i CPU shares, which the kernel would change', (shares) => {
    expect(() => plan({ cpu: { shares } })).toThrow(`'linux.resources.cpu.shares' is ${shares}`);
  });

  it.each([
    [5, 'pids.max=5'],
    [0, 'pids.max=max'],
    [-1, 'pids.max=max'],
  ])('writes a process limit of %i', (limit, write) => {
    expect(writes(plan({ pids: { limit } }), 'pids')).toEqual([write]);
  });

  it('fills every cpuset folder, with the config’s values in the last', () => {
    const found = plan({ cpu: { cpus: '1' } });
    expect(
      found.writes
        .filter(({ file }) => file.includes('cpuset'))
        .map(({ file, value, onError }) => [file, value, onError]),
    ).toEqual([
      ['/cg/cpuset/berth/cpuset.cpus', '0-3', 'ignore'],
      ['/cg/cpuset/berth/cpuset.mems', '0', 'ignore'],
      ['/cg/cpuset/berth/1234/cpuset.cpus', '1', 'fail'],
      ['/cg/cpuset/berth/1234/cpuset.mems', '0', 'fail'],
    ]);
  });

  it('denies all devices first, then follows the config, then allows what every container may use', () => {
    const found = writes(
      plan({
        devices: [{ allow: false }, { allow: true, type: 'b', major: 8, minor: -1, access: 'r' }],
      }),
      'devices',
    );
    expect(found.slice(0, 4)).toEqual([
      'devices.deny=a',
      'devices.allow=b 8:* r',
      'devices.allow=c *:* m',
      'devices.allow=b *:* m',
    ]);
    expect(found).toContain('devices.allow=c 1:3 rwm');
    expect(found).toContain('devices.allow=c 136:* rwm');
    expect(found).toContain('devices.allow=c 10:200 rwm');
    expect(found).not.toContain('devices.allow=c 10:229 rwm');
  });

  it('denies all devices even when nothing is said of them', () => {
    expect(writes(plan({}), 'devices')[0]).toBe('devices.deny=a');
  });

  it('allows all devices when the config does, and drops rules before that', () => {
    expect(
      writes(
        plan({ devices: [{ allow: true, type: 'c', major: 1, minor: 2 }, { allow: true }] }),
        'devices',
      ),
    ).toEqual(['devices.allow=a']);
  });

  it('writes a rule without a type for either type, lest the kernel take it for one about everything', () => {
    const found = writes(plan({ devices: [{ allow: true, major: 10, minor: 229 }] }), 'devices');
    expect(found.slice(0, 3)).toEqual([
      'devices.deny=a',
      'devices.allow=c 10:229 rwm',
      'devices.allow=b 10:229 rwm',
    ]);
  });

  it('reports device rules that cgroup v1 ignores', () => {
    const disks = { allow: true, type: 'b', major: 8 } as const;
    const one = { allow: false, type: 'b', major: 8, minor: 1 } as const;
    expect(fields(plan({ devices: [disks, one] }))).toEqual(['linux.resources.devices']);
    expect(fields(plan({ devices: [one, disks] }))).toEqual([]);
    expect(fields(plan({ devices: [disks, { ...disks, allow: false }] }))).toEqual([]);
    expect(fields(plan({ devices: [{ allow: true }, one, disks] }))).toEqual([
      'linux.resources.devices',
    ]);
  });

  it('reports what the kernel cannot do, and writes the rest', () => {
    const found = plan(
      {
        memory: { limit: 1048576, swap: 1048576 },
        cpu: { quota: 5000, burst: 10, idle: 1, shares: 2 },
      },
      plainV1Layout,
    );
    expect(writes(found, 'memory')).toEqual(['memory.limit_in_bytes=1048576']);
    expect(writes(found, 'cpu,')).toEqual(['cpu.shares=2']);
    expect(fields(found)).toEqual([
      'linux.resources.memory.swap',
      'linux.resources.cpu.quota',
      'linux.resources.cpu.burst',
      'linux.resources.cpu.idle',
    ]);
  });

  it('reports limits whose controller is not mounted', () => {
    const found = plan(
      { memory: { limit: 1048576 }, pids: { limit: 5 } },
      { ...v1Layout, mounts: { cpu: '/cg/cpu' } },
    );
    expect(fields(found)).toEqual([
      'linux.resources.memory.limit',
      'linux.resources.pids.limit',
      'linux.resources.devices',
    ]);
    expect(found.oomCounter).toBeUndefined();
    expect(found.freezer).toBeUndefined();
    expect(found.create).toEqual(['/cg/cpu/berth', '/cg/cpu/berth/1234']);
  });
});
