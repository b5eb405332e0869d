import { describe, expect, it } from 'vitest';
import type { CgroupHierarchy } from '../../../runtime/cgroup/cgroup-plan.ts';
import { addCgroupMount } from '../../../runtime/launch/mounts/cgroup-mount.ts';
import { Destinations } from '../../../runtime/launch/mounts/destinations.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** The labels of the steps that show these hierarchies to a container. */
function labels(hierarchies: readonly CgroupHierarchy[]): readonly string[] {
  const p = new ProgramBuilder('test');
  addCgroupMount(
    p,
    { destination: '/sys/fs/cgroup', type: 'cgroup', options: ['ro'] },
    { destinations: new Destinations(p), hierarchies, from: 'namespace' },
  );
  return p.steps.map(({ label }) => label);
}

describe('addCgroupMount', () => {
  it('calls folders as the host does, whatever the order of the controllers', () => {
    const folder = '/sys/fs/cgroup/cpu,cpuacct/berth/1';
    const found = labels([{ name: 'cpu,cpuacct', controllers: ['cpuacct', 'cpu'], folder }]);
    expect(found).toEqual(
      expect.arrayContaining([
        'make /sys/fs/cgroup/cpu,cpuacct',
        'mount cgroup cpuacct,cpu on /sys/fs/cgroup/cpu,cpuacct',
        'link cpuacct',
        'link cpu',
      ]),
    );
  });

  it('makes no link for a hierarchy that is called as its controller', () => {
    const folder = '/sys/fs/cgroup/memory/berth/1';
    const found = labels([{ name: 'memory', controllers: ['memory'], folder }]);
    expect(found).toContain('mount cgroup memory on /sys/fs/cgroup/memory');
    expect(found.filter((label) => label.startsWith('link'))).toEqual([]);
  });
});
