import { BerthError } from '../../errors/berth-error.ts';
import type { Seccomp } from '../../spec/seccomp.ts';

/**
 * Whether a profile hands calls to a listener, for which its filter needs one (seccomp_unotify(2)).
 *
 * As in runc, write(2) and the default cannot: the first process hands the listener over by a write, and would wait for an
 * answer that nobody can give yet.
 *
 * @throws SECCOMP_UNSUPPORTED nobody would listen, or the listener could not be handed over.
 */
export function notifies(seccomp: Seccomp): boolean {
  const rules = seccomp.syscalls.filter(({ action }) => action === 'SCMP_ACT_NOTIFY');
  if (seccomp.defaultAction === 'SCMP_ACT_NOTIFY') {
    throw refusal('as the default action', 'an action for single calls');
  }
  if (rules.length === 0) return false;
  if ((seccomp.listenerPath ?? '') === '') {
    throw refusal('without "listenerPath"', 'the socket of a seccomp agent');
  }
  if (rules.some(({ names }) => names.includes('write'))) {
    throw refusal(
      'for "write" (SCMP_ACT_NOTIFY cannot be used for the write syscall)',
      'another action for it, since the listener itself is handed over by a write',
    );
  }
  return true;
}

function refusal(seen: string, wanted: string): BerthError {
  return new BerthError('SECCOMP_UNSUPPORTED', {
    message: `the seccomp profile uses "SCMP_ACT_NOTIFY" ${seen}, wanted ${wanted}`,
    remedy:
      'Replace the action by SCMP_ACT_ERRNO, SCMP_ACT_LOG or SCMP_ACT_ALLOW, or name a listener.',
    details: { action: 'SCMP_ACT_NOTIFY' },
  });
}
