import { describe, expect, it } from 'vitest';
import { mountWarnings, refuseWrongMounts } from '../../../runtime/launch/mounts/mount-problems.ts';
import { hiddenMounts } from '../../../runtime/launch/root/no-pivot.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import type { Spec, SpecInput } from '../../../runtime/spec/spec.ts';

type MountInput = NonNullable<SpecInput['mounts']>[number];

/** A config with a mount after another that is right. */
function withMount(mount: MountInput): Spec {
  return parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/x'], cwd: '/' },
    root: { path: 'rootfs' },
    mounts: [{ destination: '/proc', type: 'proc' }, mount],
  });
}

/** What is wrong with a mount; nothing when it is right. */
function problem(mount: MountInput): string | undefined {
  try {
    refuseWrongMounts(withMount(mount));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const ids = [{ containerID: 0, hostID: 5, size: 1 }];

describe('a mount', () => {
  it.each<[MountInput, string]>([
    [{ destination: '/m' }, "'mounts[1].type' is missing"],
    [{ destination: '/m', type: 'none' }, '\'mounts[1].type\' is "none"'],
    [{ destination: '/m', type: 'bind' }, "'mounts[1].source' is missing"],
    [{ destination: '/m', type: 'tmpfs', options: ['x'.repeat(4096)] }, '4096 bytes'],
    [{ destination: '/m', source: '/x', options: ['bind', 'tmpcopyup'] }, '"tmpcopyup"'],
    [{ destination: '//', type: 'tmpfs', options: ['tmpcopyup'] }, '"tmpcopyup"'],
    [{ destination: '/m', type: 'tmpfs', uidMappings: ids, gidMappings: ids }, 'uidMappings'],
    [
      { destination: '/m', source: '/x', options: ['bind'], gidMappings: ids },
      'without its other half',
    ],
    [{ destination: '/m', source: '/x', options: ['bind', 'ridmap'] }, '"ridmap"'],
    [{ destination: '/m', type: 'tmpfs', options: ['src-nofollow'] }, '"src-nofollow"'],
    [
      { destination: '/m', source: '/x', options: ['bind', 'copy-symlink', 'dest-nofollow'] },
      '"copy-symlink" with "dest-nofollow"',
    ],
  ])('%j is refused by its field', (mount, message) => {
    expect(problem(mount)).toContain(message);
  });

  it.each<[MountInput]>([
    [{ destination: '/m', source: '/x', options: ['rbind', 'ro', 'noauto', 'x-y=z'] }],
    [{ destination: '/m', source: '/x', options: ['bind', 'size=1m'] }],
    [{ destination: '/m', options: ['remount', 'ro'] }],
    [{ destination: '/m', type: 'tmpfs', options: ['x'.repeat(4095)] }],
    [{ destination: '/m', type: 'bind', source: '/x', uidMappings: ids, gidMappings: ids }],
  ])('%j is not', (mount) => {
    expect(problem(mount)).toBeUndefined();
  });

  it.each<[MountInput, readonly string[]]>([
    [
      { destination: '/m', source: '/x', options: ['bind', 'ro', 'size=1m'] },
      ['"mounts[1].options": "size=1m" has no effect on a bind mount.'],
    ],
    [{ destination: '/m', source: '/x', options: ['bind', 'ro'] }, []],
    [{ destination: '/m', type: 'tmpfs', options: ['size=1m'] }, []],
  ])('%j is warned of when a part of it has no effect', (mount, warnings) => {
    expect(mountWarnings(withMount(mount))).toEqual(warnings);
  });
});

it("the host's procfs and sysfs are found in a mountinfo file, the last first", () => {
  const text = [
    '22 27 0:21 / /proc rw,relatime - proc proc rw',
    '23 27 0:22 / /sys rw,relatime shared:7 - sysfs sysfs rw',
    '24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw',
    '25 27 0:21 / /with\\040blank rw,relatime - proc proc rw',
    '',
  ].join('\n');
  expect(hiddenMounts(text)).toEqual(['/with blank', '/sys', '/proc']);
});
