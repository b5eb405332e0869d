import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Journal } from '../journal/journal.ts';
import type { Plan } from '../plan/plan.ts';
import { bindStep, type Step } from '../steps/index.ts';
import { applyInOrder } from './apply-in-order.ts';
import type { ProvisionListener } from './events.ts';
import { remedyFor } from './remedy-for.ts';
import { undoRun } from './undo-run.ts';

/** What applying works on. */
export interface ApplyWork {
  readonly host: ProvisionHost;
  readonly journal: Journal;
  readonly listen: ProvisionListener;
  /** Ctrl-C: what was done is undone, then INTERRUPTED is thrown. */
  readonly signal?: AbortSignal;
}

/** A run under way. */
export interface RunUnderWay {
  readonly id: string;
  readonly plan: Plan;
  /**
   * `keep` for a run that was killed and is continued: a daemon may have been in use since, and its data is not the
   * run's to remove. A fresh run removes what it made.
   */
  readonly data: 'keep' | 'purge';
}

/**
 * Applies the steps of a plan that are not done yet, each with its undo on disk first. A failure or an abort undoes
 * the run. Returns the run, for `abandonRun`. Throws STEP_FAILED or INTERRUPTED.
 */
export async function applyPlan(plan: Plan, work: ApplyWork): Promise<RunUnderWay> {
  const run: RunUnderWay = { id: await begin(plan, work), plan, data: 'purge' };
  work.listen({ kind: 'run-begun', run: run.id, steps: plan.steps.length, resumed: false });
  await continueRun(run, work);
  return run;
}

/** Without a journal nothing may be touched, so a disk that is full or read-only is found out here first. */
async function begin(plan: Plan, work: ApplyWork): Promise<string> {
  try {
    return await work.journal.begin(plan);
  } catch (cause) {
    throw new BerthError('STEP_FAILED', {
      message: m.journalUnwritable({ why: messageOf(cause) }),
      remedy: remedyFor(cause),
      cause,
    });
  }
}

/** Continues a run that was killed while it applied its plan. Returns and throws as `applyPlan`. */
export async function resumeRun(id: string, work: ApplyWork): Promise<RunUnderWay> {
  const found = work.journal.runs.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`the journal has no run "${id}"`);
  const run: RunUnderWay = { id, plan: found.plan, data: 'keep' };
  work.listen({ kind: 'run-begun', run: id, steps: run.plan.steps.length, resumed: true });
  await continueRun(run, work);
  return run;
}

async function continueRun(run: RunUnderWay, work: ApplyWork): Promise<void> {
  const steps = run.plan.steps.map((step, index) => ({ run, index, step }));
  const failed = await applyInOrder(steps, {
    signal: work.signal,
    apply: (at, signal) => applyStep(at, { ...work, signal }),
    onWait: ({ index, step }) => {
      const described = bindStep(step).describe();
      const line = m.waitingFor({ step: described });
      work.listen({ kind: 'step-said', index, step: described, line });
    },
  });
  if (failed !== undefined) {
    const { at, error } = failed;
    const what = m.stepFailed({ number: at.index + 1, step: bindStep(at.step).describe() });
    throw await abandonRun(run, { ...work, error, what });
  }
  try {
    await work.journal.finish(run.id);
  } catch (error) {
    throw await abandonRun(run, { ...work, error, what: m.endUnrecorded() });
  }
  work.listen({ kind: 'run-done', run: run.id });
}

interface StepAt {
  readonly run: RunUnderWay;
  readonly index: number;
  readonly step: Step;
}

async function applyStep(at: StepAt, work: ApplyWork): Promise<void> {
  const bound = bindStep(at.step);
  const run = at.run.id;
  const label = { index: at.index, step: bound.describe() };
  if (await bound.isDone(work.host)) {
    work.listen({ kind: 'step-unneeded', ...label });
    return;
  }
  const tell = (line: string): void => {
    work.listen({ kind: 'step-said', ...label, line });
  };
  const known = work.journal.runs.find(({ id }) => id === run);
  // A killed run may have captured this step and begun it: what it captured then is how the host was before.
  if (known?.undo.has(at.index) !== true) {
    const captured = await bound.capture(work.host, work.signal, tell);
    await work.journal.append({ type: 'undo', run, step: at.index, captured });
  }
  work.listen({ kind: 'step-begun', ...label });
  await bound.apply(work.host, work.signal, tell);
  work.listen({ kind: 'step-touched', ...label });
  await work.journal.append({ type: 'applied', run, step: at.index });
  work.listen({ kind: 'step-applied', ...label });
}

/**
 * Undoes a run because of `error` and returns what to throw: the first error, with what undoing could not put back.
 * For failures after the last step too, such as a daemon that does not answer.
 */
export async function abandonRun(
  run: RunUnderWay,
  work: ApplyWork & { readonly error: unknown; readonly what: string },
): Promise<BerthError> {
  const { journal, error } = work;
  const problems: unknown[] = [];
  const recorded = journal.runs.find(({ id }) => id === run.id);
  if (recorded !== undefined) {
    const options = { data: run.data, packages: 'remove', services: 'restore' } as const;
    problems.push(...(await undoRun(recorded, { ...work, options, reason: messageOf(error) })));
  }
  try {
    await journal.closeIfEmpty();
  } catch (problem) {
    problems.push(problem);
  }
  return failure(work, problems);
}

function failure(
  { error, what }: { readonly error: unknown; readonly what: string },
  problems: readonly unknown[],
): BerthError {
  const undone =
    problems.length === 0
      ? m.allUndone()
      : m.undoProblems({ problems: problems.map(messageOf).join('; ') });
  if (isBerthError(error, 'INTERRUPTED')) {
    return new BerthError('INTERRUPTED', {
      message: m.stoppedThen({ what: messageOf(error), undone }),
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      cause: error,
    });
  }
  return new BerthError(isBerthError(error) ? error.code : 'STEP_FAILED', {
    message: m.failedThen({ what, why: messageOf(error), undone }),
    remedy: problems.length === 0 ? remedyFor(error) : m.tryDown(),
    details: { ...(isBerthError(error) ? error.details : {}), problems: problems.map(messageOf) },
    cause: error,
  });
}
