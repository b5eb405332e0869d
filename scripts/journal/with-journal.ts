import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { Journal } from './journal.ts';
import { takeProvisionLock } from './lock.ts';

/** Whose journal it is. */
export interface JournalAt {
  readonly host: ProvisionHost;
  readonly clock: Clock;
}

/**
 * Does `work` with the journal of a host, which nobody else writes to meanwhile. Throws UP_RUNNING, JOURNAL_CORRUPT, and what
 * `work` throws.
 */
export async function withJournal<T>(
  { host, clock }: JournalAt,
  work: (journal: Journal) => Promise<T>,
): Promise<T> {
  const lock = await takeProvisionLock(host.path(places.lock));
  try {
    return await work(await Journal.open(host, clock));
  } finally {
    await lock.release();
  }
}

/**
 * A run that was killed half-way comes first: only `berth up` and `berth down` know how to go on with it. Throws `code` for
 * the others.
 */
export function requireFinished(
  { unfinished }: Pick<Journal, 'unfinished'>,
  code: 'CHECK_FIX_REFUSED' | 'MIRROR_USE_REFUSED',
): void {
  if (unfinished === undefined) return;
  throw new BerthError(code, {
    message: m.runCutShort({ begunAt: unfinished.begunAt }),
    remedy: m.runCutShortRemedy(),
    details: { run: unfinished.id },
  });
}
