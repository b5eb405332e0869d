import { describe, expect, it } from 'vitest';
import {
  refuseUnknownModules,
  seLinuxEnabled,
  withoutUnknownLabel,
} from '../../../runtime/launch/security/security-modules.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

const mount =
  '25 23 0:22 / /sys/fs/selinux rw,nosuid,noexec,relatime shared:7 - selinuxfs selinuxfs rw';
const others = [
  '23 28 0:21 / /sys rw,nosuid,nodev,noexec,relatime shared:6 - sysfs sysfs rw',
  '29 28 8:1 /selinuxfs /selinuxfs rw,relatime - ext4 /dev/selinuxfs rw',
];
const label = 'system_u:system_r:init_t:s0\0';

describe('SELinux is switched on', () => {
  it('when its file system is mounted and processes have labels', () => {
    expect(seLinuxEnabled([...others, mount, ''].join('\n'), label)).toBe(true);
  });

  it.each([
    ['its file system is not mounted', others.join('\n'), label],
    ['the mount is read-only, as in a container', mount.replace('rw,nosuid', 'ro,nosuid'), label],
    ['the file system is read-only', mount.replace(/rw$/, 'ro'), label],
    ['no policy was loaded', mount, 'kernel\0'],
    ['processes have no label', mount, ''],
  ])('but not when %s', (_, mountinfo, current) => {
    expect(seLinuxEnabled(mountinfo, current)).toBe(false);
  });
});

describe('labels are refused', () => {
  const spec = parseSpec({
    ociVersion: '1.2.1',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/hello'],
      cwd: '/',
      apparmorProfile: 'box',
      selinuxLabel: 'a:b:c:s0',
    },
    root: { path: 'rootfs' },
    linux: { mountLabel: 'a:b:d:s0' },
  });

  it.each([
    [
      { appArmor: false, seLinux: false },
      ['process.apparmorProfile', 'process.selinuxLabel'],
      'AppArmor and SELinux',
    ],
    [{ appArmor: false, seLinux: true }, ['process.apparmorProfile'], 'have AppArmor switched'],
    [{ appArmor: true, seLinux: false }, ['process.selinuxLabel'], 'have SELinux switched'],
  ])('by a host with %j', (modules, fields, words) => {
    expect(() => {
      refuseUnknownModules(spec, modules);
    }).toThrow(
      expect.objectContaining({
        code: 'SPEC_UNSUPPORTED',
        details: { fields },
        message: expect.stringContaining(words) as string,
      }) as Error,
    );
  });

  it('by no host that has the modules, and never when they are empty', () => {
    refuseUnknownModules(spec, { appArmor: true, seLinux: true });
    const process = { ...spec.process, apparmorProfile: '', selinuxLabel: '' };
    refuseUnknownModules({ ...spec, process }, { appArmor: false, seLinux: false });
  });

  it('but not the label of files, which confines nobody by itself: that is left out with a warning', () => {
    const without = withoutUnknownLabel(spec, { appArmor: true, seLinux: false });
    expect(without.spec.linux.mountLabel).toBeUndefined();
    expect(without.warnings).toEqual([expect.stringContaining('"linux.mountLabel" is left out')]);
    const seLinux = { appArmor: false, seLinux: true };
    expect(withoutUnknownLabel(spec, seLinux)).toEqual({ spec, warnings: [] });
  });
});
