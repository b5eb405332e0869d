import { Wakeup } from '../events/wakeup.ts';
import type { Container, LifecycleTurn } from '../lifecycle/container.ts';
import type { LogReader } from './log-reader.ts';

/** How `followLog` goes about it. */
export interface FollowOptions {
  readonly container: Container;
  /** Opened at the place to begin at; the caller closes it. */
  readonly log: LogReader;
  /** `turn`: until the program ends or cannot be started, also when it has yet to start. `now`: no waiting at all. */
  readonly until: 'turn' | 'now';
  readonly signal: AbortSignal;
}

function ends(turn: LifecycleTurn): boolean {
  return turn.kind !== 'started';
}

/** Opens what is left of a log whose program has ended: its container may be removed, which waits for that. */
export function openRest({ logUses }: Container, log: LogReader): void {
  const use = logUses.begin();
  // Whoever reads next meets the same error.
  void log
    .openRest()
    .catch(() => undefined)
    .finally(() => {
      use.end();
    });
}

/**
 * Blocks of whole lines as they are written. Nothing is lost between reading and waiting: pokes are heard from before the first
 * read on. Ends, without an error, when the signal is aborted.
 */
export async function* followLog(options: FollowOptions): AsyncGenerator<Buffer> {
  const { container, log, signal } = options;
  const wakeup = new Wakeup();
  const end = { reached: options.until === 'now' };
  const stopListening = [
    container.output.add(() => {
      log.heardOfMore();
      wakeup.poke();
    }),
    container.turns.add((turn) => {
      if (ends(turn)) {
        end.reached = true;
        openRest(container, log);
      }
      wakeup.poke();
    }),
  ];
  signal.addEventListener('abort', wakeup.poke, { once: true });
  try {
    while (!signal.aborted) {
      // What was written before the end is in the file by now, so one more read to the end gives all of it.
      const { reached } = end;
      wakeup.clear();
      yield* untilEnd(log, signal);
      if (reached) return;
      await wakeup.wait();
    }
  } finally {
    for (const stop of stopListening) stop();
    signal.removeEventListener('abort', wakeup.poke);
  }
}

/** What is in the files now. */
async function* untilEnd(log: LogReader, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let block = await log.next(); block !== undefined; block = await log.next()) {
    if (signal.aborted) return;
    yield block;
  }
}
