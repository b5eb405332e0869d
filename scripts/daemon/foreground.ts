import { startAttached } from '../../runtime/host/attached-process.ts';
import type { VerbContext } from '../cli/verb.ts';
import { daemonCommand } from '../program/daemon-command.ts';

/** Runs the daemon in the foreground, passing signals on to it, until it ends. Returns its exit status. */
export async function runForeground(configPath: string, context: VerbContext): Promise<number> {
  const daemon = startAttached(daemonCommand(configPath));
  const stop = context.console.onSignal((signal) => {
    daemon.kill(signal);
  });
  try {
    return await daemon.ended;
  } finally {
    stop();
  }
}
