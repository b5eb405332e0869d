import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { canonicalJson } from '../plan/canonical-json.ts';
import type { Journal } from '../journal/journal.ts';
import type { Run } from '../journal/runs.ts';
import type { PlanRequest } from '../plan/plan.ts';
import { removeLeftProofs } from '../upgrade/proof-container.ts';
import { resumeRun, type ApplyWork } from './apply-plan.ts';
import { undoRun } from './undo-run.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** What became of a run that had been killed. */
export type Recovery = 'none' | 'resumed' | 'rolled-back';

/**
 * Puts right what a killed run has left. For the same wish it is continued; for another one, or when it was on its way
 * back, it is undone, but for container data. Throws what `resumeRun` throws, ROLLBACK_INCOMPLETE when undoing fails.
 */
export async function recover(request: PlanRequest, work: ApplyWork): Promise<Recovery> {
  const run = work.journal.unfinished;
  if (run === undefined) return 'none';
  if (run.phase === 'applying' && canonicalJson(run.plan.request) === canonicalJson(request)) {
    await resumeRun(run.id, work);
    return 'resumed';
  }
  const problems = await takeBack(run, work);
  const [first] = problems;
  if (first !== undefined) {
    throw new BerthError('ROLLBACK_INCOMPLETE', {
      message: m.recoveryProblems({ problems: problems.map(messageOf).join('; ') }),
      remedy: m.putRightThenDown(),
      details: { problems: problems.map(messageOf) },
      cause: first,
    });
  }
  await work.journal.closeIfEmpty();
  return 'rolled-back';
}

/**
 * An upgrade that was cut short before its version had proved itself: also `berth down`, which lets the installed versions
 * stay, takes that one back first.
 */
export function unprovedUpgrade(journal: Journal): Run | undefined {
  const run = journal.unfinished;
  const isUpgrade = run?.plan.steps.some(({ kind }) => kind === 'prove-engine') === true;
  return isUpgrade && !run.finished ? run : undefined;
}

/** Undoes a run that was killed, but for container data; its services are as before. Returns what went wrong. */
export async function takeBack(run: Run, work: ApplyWork): Promise<readonly unknown[]> {
  const problems = await undoRun(run, {
    ...work,
    options: { data: 'keep', packages: 'remove', services: 'restore' },
    reason: m.cutShort(),
  });
  const proof = run.plan.steps.find((step) => step.kind === 'prove-engine');
  if (problems.length === 0 && proof !== undefined) {
    await removeLeftProofs(work.host, proof.socket);
  }
  return problems;
}
