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
  title: 'Rights',
  group: 'system',
  wanted: 'user id "0" with the capabilities to make namespaces, mounts and device nodes',
  why: 'Namespaces, mounts and cgroups of a container are made by root.',
  severity: 'fail',
  privilege: 'none',
  async probe({ machine, files }) {
    if (machine.uid !== 0) {
      return {
        status: 'fail',
        seen: `user id "${machine.uid}"`,
        remedy: 'Run the same command with sudo.',
        details: { uid: machine.uid },
      };
    }
    const held = await readCapabilities(files);
    if (held === undefined) {
      return {
        status: 'warn',
        seen: 'user id "0"; /proc/self/status does not tell its capabilities',
        remedy: 'Mount /proc, so that berth can see what it may do.',
      };
    }
    const missing = needed.filter((name) => !held.has(name));
    if (missing.length === 0) {
      return { status: 'pass', seen: `user id "0" with all ${needed.length} capabilities needed` };
    }
    return {
      status: 'fail',
      seen: `user id "0" without ${missing.join(', ')}`,
      remedy:
        'Run berth outside of the container or service that took these capabilities away, or give them to it.',
      details: { missing },
    };
  },
};
