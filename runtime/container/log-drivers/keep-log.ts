import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { isBerthError } from '../../errors/berth-error.ts';
import { compressOlder } from './compress-older.ts';
import { forwardLog } from './forward/forward-log.ts';
import { readMark } from './forward/mark-file.ts';
import { orAborted } from './forward/or-aborted.ts';
import { logPlan, type LogPlan } from './log-plan.ts';
import { openSink } from './open-sink.ts';

/** Older files are looked for so long after output has come: rotation is not told of. */
const lookAfterMs = 1000;

interface Keeping {
  readonly state: EngineState;
  readonly container: Container;
  readonly plan: LogPlan;
  /** Aborted when the program has ended. */
  readonly over: AbortSignal;
  readonly signal: AbortSignal;
  /** Aborted when not even what has begun is to be waited for. */
  readonly givenUp: AbortSignal;
}

/**
 * Begins what berthd does with a log: sends its lines on, and compresses its older files. The log itself is the monitor's affair,
 * and goes on without berthd.
 *
 * @param until `turn`: until the program ends. `now`: what an earlier run has left
 */
export function keepLog(state: EngineState, container: Container, until: 'turn' | 'now'): void {
  const plan = logPlan(container.record, state.folder(container));
  if (!plan.forwards && plan.rotation?.older !== 'gzip') return;
  const previous = container.logKeeper;
  previous?.stop();
  const stopped = new AbortController();
  const givenUp = new AbortController();
  // A program may end before all of this has begun.
  const over = new AbortController();
  if (until === 'now') over.abort();
  const stopListening = container.turns.add((turn) => {
    if (turn.kind !== 'started') over.abort();
  });
  const signals = { over: over.signal, signal: stopped.signal, givenUp: givenUp.signal };
  const keeping: Keeping = { state, container, plan, ...signals };
  const work = async (): Promise<void> => {
    await previous?.ended;
    const compressing = plan.rotation?.older === 'gzip' ? keepCompressed(keeping) : undefined;
    if (plan.forwards) await forward(keeping);
    await compressing;
  };
  const ended = work()
    .catch((problem: unknown) => {
      state.ports.report(problem);
    })
    .finally(stopListening);
  container.logKeeper = {
    ended,
    stop: () => {
      stopped.abort();
    },
    giveUp: () => {
      previous?.giveUp();
      stopped.abort();
      givenUp.abort();
    },
  };
}

async function forward(keeping: Keeping): Promise<void> {
  const { state, container, plan, over, signal, givenUp } = keeping;
  const { clock, notice } = state.ports;
  const { logCursor: markFile } = state.folder(container);
  await orAborted(sendersEnd(keeping, markFile), givenUp);
  if (signal.aborted) return;
  const sink = openSink(state, container);
  const { path } = plan;
  const isOver = (): boolean => over.aborted;
  await forwardLog({ container, path, markFile, sink, isOver, clock, signal, givenUp, notice });
}

/** Resolves when nobody sends any more whom a berthd that was killed has left; that takes as long as a server takes to read. */
async function sendersEnd({ state, signal }: Keeping, markFile: string): Promise<void> {
  while (!signal.aborted) {
    try {
      await state.ports.runtime.awaitSender(markFile);
      return;
    } catch (error) {
      if (!isBerthError(error, 'PROGRAM_TIMEOUT')) throw error;
    }
  }
}

/** Looks for older files some time after there was output, and once more at the end. */
async function keepCompressed(keeping: Keeping): Promise<void> {
  const { state, container, signal } = keeping;
  const { clock } = state.ports;
  const over = AbortSignal.any([signal, keeping.over]);
  const isOver = (): boolean => over.aborted;
  while (!isOver()) {
    // A rejection only says that it is over. Output that comes while files are compressed is not missed.
    const more = container.output.next(() => true, over).catch(() => undefined);
    await clock.sleep(lookAfterMs, over).catch(() => undefined);
    if (!isOver()) await compress(keeping);
    await more;
  }
  if (!signal.aborted && !container.removing) await compress(keeping);
}

async function compress({ state, container, plan, signal }: Keeping): Promise<void> {
  const { path, rotation } = plan;
  if (rotation === undefined) return;
  const { runtime } = state.ports;
  const keep = plan.forwards ? await readMark(state.folder(container).logCursor) : undefined;
  // Where nothing was sent yet, everything is still needed.
  if (plan.forwards && keep === undefined) return;
  await compressOlder({ runtime, path, rotation, keep: keep?.inode, signal });
}

/** With its container the log is gone: the last lines are waited for, though not for a server that does not answer. */
const lastLinesMs = 5000;

/** Resolves when all of an ended container's output was sent, or that takes long. */
export async function sentLog(state: EngineState, container: Container): Promise<void> {
  const { logKeeper } = container;
  const plan = logPlan(container.record, state.folder(container));
  if (logKeeper === undefined || !plan.forwards) return;
  const done = new AbortController();
  const late = state.ports.clock.sleep(lastLinesMs, done.signal).then(
    () => {
      state.ports.notice('output of a container could not be sent before it was removed', {
        container: container.id,
      });
    },
    // The loser of the race is aborted.
    () => undefined,
  );
  await Promise.race([logKeeper.ended, late]);
  done.abort();
}
