import { endingMessages as m } from '../../messages/areas/ending.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Console } from '../../runtime/host/console.ts';

/** Signals that ask the command to stop. */
const asking: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `work` with a signal that is aborted when the user or the system asks the command to stop. It goes on until
 * `work` has ended: that is when nothing half-made is left. Asking again says so and changes nothing.
 */
export async function withInterrupt<T>(
  console: Console,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const stop = console.onSignal((name) => {
    if (!asking.includes(name)) return;
    if (abort.signal.aborted) {
      void console.errors.write(`${m.stillUndoing()}\n`);
      return;
    }
    abort.abort(
      new BerthError('INTERRUPTED', {
        message: m.askedToStop({ signal: name }),
        remedy: m.startOver(),
        details: { signal: name },
      }),
    );
  });
  try {
    return await work(abort.signal);
  } finally {
    stop();
  }
}
