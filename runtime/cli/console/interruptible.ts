import { BerthError } from '../../errors/berth-error.ts';
import type { Console } from '../../host/console.ts';

const asking: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Does `work` with a signal that Ctrl-C and SIGTERM abort; requests that carry it end, and with their connection what
 * the daemon does for them. Goes on until `work` has cleaned up.
 *
 * @throws INTERRUPTED when it was aborted, whatever `work` throws
 */
export async function interruptible<T>(
  console: Console,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const stop = console.onSignal((name) => {
    if (!asking.includes(name) || abort.signal.aborted) return;
    abort.abort(
      new BerthError('INTERRUPTED', {
        message: `interrupted by '${name}'`,
        remedy: 'Run the same command again to start over.',
        details: { signal: name },
      }),
    );
  });
  try {
    return await work(abort.signal);
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    stop();
  }
}
