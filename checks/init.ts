import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';

/** Service managers that berth has no service file for, by the name of their PID 1. */
const unsupported: Readonly<Record<string, string>> = {
  runit: 'runit',
  's6-svscan': 's6',
  dinit: 'dinit',
  upstart: 'upstart',
};

/** Which service manager keeps the daemon running: systemd, OpenRC, or berth's own supervisor. */
export const init: Check = {
  id: 'init',
  title: 'Service manager',
  group: 'services',
  wanted: 'systemd, OpenRC, or no service manager',
  why: 'It starts the daemon at boot and after a crash; where there is none berth does so itself.',
  severity: 'warn',
  privilege: 'none',
  async probe({ files }) {
    const pid1 = (await files.readText('/proc/1/comm'))?.trim();
    const manager = await managerOf(files, pid1);
    const details = { manager, pid1 };
    if (manager === 'systemd' || manager === 'openrc') {
      return { status: 'pass', seen: `${manager}, PID 1 is "${pid1 ?? 'unknown'}"`, details };
    }
    if (manager === 'none') {
      return {
        status: 'pass',
        seen: `no service manager: PID 1 is "${pid1 ?? 'unknown'}"`,
        note: "berth's own supervisor keeps the daemon running; after a reboot run `berth up` again.",
        details,
      };
    }
    return {
      status: 'warn',
      seen: pid1 === undefined ? 'no /proc/1/comm' : `${manager}: PID 1 is "${pid1}"`,
      remedy:
        "Go on: berth's own supervisor keeps the daemon running; have your service manager run `berth up` at boot.",
      details,
    };
  },
};

async function managerOf(files: CheckContext['files'], pid1: string | undefined): Promise<string> {
  // The folder is what sd_booted(3) looks at: PID 1's name alone is also `systemd` inside odd containers.
  if ((await files.kind('/run/systemd/system')) === 'folder') return 'systemd';
  if ((await files.kind('/run/openrc')) === 'folder') return 'openrc';
  if (pid1 === undefined) return 'unknown';
  if (Object.hasOwn(unsupported, pid1)) return unsupported[pid1] ?? 'unknown';
  // SysV init, and busybox's, are both called init and both read this file.
  if (pid1 === 'init' && (await files.kind('/etc/inittab')) === 'file') return 'sysvinit';
  return 'none';
}
