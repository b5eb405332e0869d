import { describe, expect, it } from 'vitest';
import { defaultCgroupPath, parseCgroupPath } from '../../../runtime/cgroup/cgroup-path.ts';
import { parseCgroupMounts } from '../../../runtime/cgroup/mounts.ts';

describe('parseCgroupMounts', () => {
  const text = [
    '22 27 0:21 / /proc rw,relatime - proc proc rw',
    '50 27 0:40 / /mnt/with\\040space rw - cgroup cgroup rw,memory',
    '32 31 0:29 /part /sys/fs/cgroup/pids rw,relatime shared:9 master:1 - cgroup cgroup rw,pids',
    '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
    '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate',
    '',
  ].join('\n');

  it('finds the cgroup mounts only, the usual and whole ones first', () => {
    expect(parseCgroupMounts(text).map(({ folder }) => folder)).toEqual([
      '/sys/fs/cgroup/cpu,cpuacct',
      '/sys/fs/cgroup/unified',
      '/sys/fs/cgroup/pids',
      '/mnt/with space',
    ]);
  });

  it('reads type, root and controllers, whatever optional fields are in between', () => {
    expect(parseCgroupMounts(text)[0]).toEqual({
      type: 'cgroup',
      folder: '/sys/fs/cgroup/cpu,cpuacct',
      root: '/',
      options: ['rw', 'cpu', 'cpuacct'],
    });
    expect(parseCgroupMounts(text)[2]?.root).toBe('/part');
  });
});

describe('parseCgroupPath', () => {
  it.each([
    ['/berth/1234', ['berth', '1234']],
    [defaultCgroupPath('1234'), ['berth', '1234']],
    ['1234', ['berth', '1234']],
    ['/a//b/./c/', ['a', 'b', 'c']],
  ])('%s', (path, names) => {
    expect(parseCgroupPath(path)).toEqual(names);
  });

  it.each(['', '/', '/a/../b', '..', 'system.slice:berth:1234'])('refuses "%s"', (path) => {
    expect(() => parseCgroupPath(path)).toThrow(`'linux.cgroupsPath' is "${path}"`);
  });

  it('refuses a name that is longer than any folder may have', () => {
    expect(() => parseCgroupPath(`/berth/${'x'.repeat(256)}`)).toThrow(
      /'linux.cgroupsPath' is "\/berth\/x+\.\.\."/,
    );
    expect(parseCgroupPath(`/berth/${'x'.repeat(255)}`)).toHaveLength(2);
  });
});
