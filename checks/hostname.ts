import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';

/** Names that a host has when nobody gave it one. */
const defaults = [
  'localhost',
  'localhost.localdomain',
  '(none)',
  'debian',
  'ubuntu',
  'raspberrypi',
];
/** As hostname(7) and RFC 1123: labels of letters, digits and hyphens. */
const valid = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/;
const resolveTimeoutMs = 3000;

/** Whether the host has a valid name of its own and can resolve it. */
export const hostname: Check = {
  id: 'hostname',
  title: m.hostnameTitle,
  group: 'system',
  wanted: m.hostnameWanted,
  why: m.hostnameWhy,
  severity: 'warn',
  privilege: 'none',
  async probe(context) {
    const name = context.machine.hostname;
    const details = { name };
    if (defaults.includes(name.toLowerCase())) {
      const seen = m.hostnameDefault({ name });
      return { status: 'warn', seen, remedy: m.hostnameDefaultRemedy(), details };
    }
    if (!valid.test(name) || name.length > 64) {
      const seen = m.hostnameInvalid({ name });
      return { status: 'warn', seen, remedy: m.hostnameInvalidRemedy(), details };
    }
    const address = await resolve(context, name);
    if (address !== undefined) {
      return { status: 'pass', seen: m.hostnameGood({ name, address }), details };
    }
    const remedy = m.hostnameUnresolvedRemedy({ name });
    return { status: 'warn', seen: m.hostnameUnresolved({ name }), remedy, details };
  },
};

/**
 * As the host's programs do, by getent(1) and so by nsswitch.conf(5); a process can be ended when a name server hangs,
 * a look-up inside this one cannot. Where there is no getent, /etc/hosts has to do.
 */
async function resolve({ run, files }: CheckContext, name: string): Promise<string | undefined> {
  const found = await run('getent', ['ahosts', name], { timeoutMs: resolveTimeoutMs });
  if (found.exitCode !== 127) return /^(\S+)/.exec(found.stdout)?.[1];
  for (const line of ((await files.readText('/etc/hosts')) ?? '').split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (names.includes(name)) return address;
  }
  return undefined;
}
