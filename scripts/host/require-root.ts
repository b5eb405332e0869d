import { BerthError } from '../../runtime/errors/berth-error.ts';

/** Throws NOT_ROOT unless this process may change the host. */
export function requireRoot(verb: string): void {
  const uid = process.geteuid?.() ?? -1;
  if (uid === 0) return;
  throw new BerthError('NOT_ROOT', {
    message: `"berth ${verb}" was run by user id "${uid}"; wanted root (0), because it changes the host`,
    remedy: `Run it with sudo: sudo berth ${verb}`,
    details: { uid },
  });
}
