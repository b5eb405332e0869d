import { $ } from 'zx/core';
import type { VerbContext } from '../cli/verb.ts';
import { daemonCommand } from '../program/daemon-command.ts';

/** Runs the daemon in the foreground, passing signals on to it, until it ends. Returns its exit status. */
export async function runForeground(configPath: string, context: VerbContext): Promise<number> {
  const child = $({ nothrow: true, stdio: 'inherit' })`${[...daemonCommand(configPath)]}`;
  const stop = context.console.onSignal((signal) => {
    // It may have ended this very moment.
    child.kill(signal).catch(() => undefined);
  });
  try {
    const { exitCode } = await child;
    return exitCode ?? 1;
  } finally {
    stop();
  }
}
