import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import type { Check } from './check.ts';
import { readCapabilities } from './probes/capabilities.ts';

/** What the engine itself does with each: without one of them some container cannot be started. */
const needed = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_ADMIN',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_ADMIN',
  'CAP_SYS_CHROOT',
] as const;

/** Whether berth runs as root with the capabilities that containers take. */
export const root: Check = {
  id: 'root',
  title: m.rootTitle,
  group: 'system',
  wanted: m.rootWanted,
  why: m.rootWhy,
  severity: 'fail',
  privilege: 'none',
  async probe({ machine, files }) {
    if (machine.uid !== 0) {
      return {
        status: 'fail',
        seen: m.rootUser({ uid: machine.uid }),
        remedy: m.rootSudo(),
        details: { uid: machine.uid },
      };
    }
    const held = await readCapabilities(files);
    if (held === undefined) {
      return {
        status: 'warn',
        seen: m.rootUnknown(),
        remedy: m.rootMountProc(),
      };
    }
    const missing = needed.filter((name) => !held.has(name));
    if (missing.length === 0) {
      return { status: 'pass', seen: m.rootAll({ count: needed.length }) };
    }
    return {
      status: 'fail',
      seen: m.rootWithout({ missing: missing.join(', ') }),
      remedy: m.rootGiveBack(),
      details: { missing },
    };
  },
};
