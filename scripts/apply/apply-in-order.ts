import type { Step } from '../steps/index.ts';

/** The step that failed first, and why. */
export interface FailedStep<A> {
  readonly at: A;
  readonly error: unknown;
}

/** How steps are applied. */
export interface ApplyInOrder<A> {
  /** Ends everything. */
  readonly signal: AbortSignal | undefined;
  /** Applies one step; `signal` also ends when another one has failed. */
  readonly apply: (at: A, signal: AbortSignal) => Promise<void>;
  /** Called when nothing but this step is left to wait for. */
  readonly onWait?: (at: A) => void;
}

/** These wait for steps beside them: two package managers at a time are one too many. */
const kindsOfPackages: ReadonlySet<Step['kind']> = new Set([
  'bundled-packages',
  'package',
  'repository',
  'stop-docker',
]);

/**
 * Applies steps one after the other. One that is `beside` goes on while those behind it are applied, until the next that has
 * to do with packages, or the end. After a failure, or an abort, no step is begun. Resolves with what failed first, when
 * nothing is under way any more; throws nothing.
 */
export async function applyInOrder<A extends { readonly step: Step }>(
  steps: readonly A[],
  { signal, apply, onWait }: ApplyInOrder<A>,
): Promise<FailedStep<A> | undefined> {
  const stop = new AbortController();
  const either = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
  let failed: FailedStep<A> | undefined;
  const attempt = async (at: A): Promise<void> => {
    try {
      either.throwIfAborted();
      await apply(at, either);
    } catch (thrown) {
      // A program of the host that was ended by the abort complains in its own way; the abort came first.
      const error: unknown = signal?.aborted === true ? signal.reason : thrown;
      failed ??= { at, error };
      stop.abort(error);
    }
  };
  let beside: { readonly at: A; readonly ended: Promise<void> } | undefined;
  const forget = (): void => {
    beside = undefined;
  };
  const besideEnds = async (): Promise<void> => {
    if (beside === undefined) return;
    onWait?.(beside.at);
    await beside.ended;
  };
  for (const at of steps) {
    if (kindsOfPackages.has(at.step.kind)) await besideEnds();
    if (stop.signal.aborted) break;
    if (isBeside(at.step)) beside = { at, ended: attempt(at).finally(forget) };
    else await attempt(at);
  }
  await besideEnds();
  return failed;
}

const isBeside = (step: Step): boolean => 'beside' in step && step.beside === true;
