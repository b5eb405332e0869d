import type { Clock } from '../../runtime/host/clock.ts';
import { applyPlan } from '../apply/apply-plan.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { requireFinished, withJournal } from '../journal/with-journal.ts';
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
  return (fixes) =>
    withJournal(work, async (journal) => {
      requireFinished(journal, 'CHECK_FIX_REFUSED');
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
    });
}
