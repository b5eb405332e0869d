import { checkServiceMessages as m } from '../messages/areas/checks-services.ts';
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
  title: m.initTitle,
  group: 'services',
  wanted: m.initWanted,
  why: m.initWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files }) {
    const pid1 = (await files.readText('/proc/1/comm'))?.trim();
    const manager = await managerOf(files, pid1);
    const details = { manager, pid1 };
    if (manager === 'systemd' || manager === 'openrc') {
      return { status: 'pass', seen: m.initFound({ manager, pid1: pid1 ?? '?' }), details };
    }
    if (manager === 'none') {
      return {
        status: 'pass',
        seen: m.initNone({ pid1: pid1 ?? '?' }),
        note: m.initNoneNote(),
        details,
      };
    }
    return {
      status: 'warn',
      seen: pid1 === undefined ? m.initNoComm() : m.initOther({ manager, pid1 }),
      remedy: m.initGoOn(),
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
