import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { applyPlan } from '../apply/apply-plan.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { Journal } from '../journal/journal.ts';
import { takeProvisionLock } from '../journal/lock.ts';
import { fixSteps } from '../plan/fix-steps.ts';
import { hostFacts } from '../plan/host-facts.ts';
import { planFor } from '../plan/plan.ts';
import type { FixApplier } from './fixing.ts';

/** What fixes are applied to. */
export interface FixWork {
  readonly host: ProvisionHost;
  readonly clock: Clock;
  /** Ctrl-C: what was done is undone. */
  readonly signal?: AbortSignal;
}

/**
 * Makes the applier of `berth check --fix`: the fixes become a journalled run of their own, for now and for the next
 * boot, which `berth down` undoes like those of `berth up`.
 */
export function journalledFixes(work: FixWork): FixApplier {
  return async (fixes) => {
    const lock = await takeProvisionLock(work.host.path(places.lock));
    try {
      const journal = await Journal.open(work.host, work.clock);
      requireFinished(journal);
      const steps = fixSteps(fixes, await hostFacts(work.host));
      const plan = await planFor({ request: { verb: 'check --fix' }, steps }, work.host);
      await applyPlan(plan, {
        host: work.host,
        journal,
        listen: () => undefined,
        ...(work.signal === undefined ? {} : { signal: work.signal }),
      });
      // All was done already: then there is nothing to undo, and no journal to keep.
      await journal.closeIfEmpty();
    } finally {
      await lock.release();
    }
  };
}

/** A run that was killed half-way comes first: only `berth up` and `berth down` know how to go on with it. */
function requireFinished(journal: Journal): void {
  if (journal.unfinished === undefined) return;
  throw new BerthError('CHECK_FIX_REFUSED', {
    message: m.runCutShort({ begunAt: journal.unfinished.begunAt }),
    remedy: m.runCutShortRemedy(),
    details: { run: journal.unfinished.id },
  });
}
