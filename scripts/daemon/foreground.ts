import { startAttached } from '../../runtime/host/attached-process.ts';
import type { VerbContext } from '../cli/verb.ts';

/** Runs a command of the daemon's in the foreground, passing signals on to it, until it ends. Returns its exit status. */
export async function runForeground(
  command: readonly [string, ...string[]],
  context: VerbContext,
): Promise<number> {
  const daemon = startAttached(command);
  const stop = context.console.onSignal((signal) => {
    daemon.kill(signal);
  });
  try {
    return await daemon.ended;
  } finally {
    stop();
  }
}
