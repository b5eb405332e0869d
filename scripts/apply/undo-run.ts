import { messageOf } from '../../messages/error-words.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Journal } from '../journal/journal.ts';
import type { Run } from '../journal/runs.ts';
import { bindStep } from '../steps/index.ts';
import type { UndoOptions } from '../steps/step-kind.ts';
import type { ProvisionListener } from './events.ts';

/** What undoing works on. */
export interface UndoWork {
  readonly host: ProvisionHost;
  readonly journal: Journal;
  readonly options: UndoOptions;
  readonly listen: ProvisionListener;
  /** Why, in a few words; the journal keeps it. */
  readonly reason: string;
}

/**
 * Undoes what a run has done, last step first. Goes on after a failure, because every step that can be put back
 * should be. Returns what went wrong, first problem first; throws nothing.
 */
export async function undoRun(run: Run, work: UndoWork): Promise<readonly unknown[]> {
  const problems: unknown[] = [];
  // The journal may lie on the very disk that is full: failing to write to it must not stop the way back.
  const record = async (entry: Parameters<Journal['append']>[0]): Promise<void> => {
    try {
      await work.journal.append(entry);
    } catch (problem) {
      problems.push(problem);
    }
  };
  work.listen({ kind: 'rollback-begun', run: run.id, reason: work.reason });
  await record({ type: 'rolling-back', run: run.id, reason: work.reason });
  const indices = [...run.undo.keys()].sort((a, b) => b - a);
  let failed = 0;
  for (const index of indices) {
    try {
      if (await undoStep({ run, index }, work)) {
        await record({ type: 'undone', run: run.id, step: index });
      }
    } catch (problem) {
      failed += 1;
      problems.push(problem);
    }
  }
  if (failed === 0) await record({ type: 'rested', run: run.id });
  work.listen({ kind: 'rollback-done', run: run.id });
  return problems;
}

/** Undoes one step; returns whether the journal may forget it. */
async function undoStep(
  at: { readonly run: Run; readonly index: number },
  work: UndoWork,
): Promise<boolean> {
  const step = at.run.plan.steps[at.index];
  if (step === undefined)
    throw new Error(`the journal names step ${at.index}, which its plan lacks`);
  const bound = bindStep(step);
  const label = { index: at.index, step: bound.describe() };
  try {
    const outcome = await bound.undo({
      captured: at.run.undo.get(at.index),
      host: work.host,
      options: work.options,
      tell: (line) => {
        work.listen({ kind: 'step-said', ...label, line });
      },
    });
    if (outcome.kind === 'undone') {
      work.listen({
        kind: 'step-undone',
        ...label,
        ...(outcome.note === undefined ? {} : { note: outcome.note }),
      });
    } else {
      work.listen({ kind: 'step-kept', ...label, note: outcome.note });
    }
    return outcome.kind !== 'kept';
  } catch (problem) {
    work.listen({ kind: 'undo-failed', ...label, problem: messageOf(problem) });
    throw problem;
  }
}
