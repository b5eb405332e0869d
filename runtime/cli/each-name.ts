import type { EngineContext } from './context.ts';
import { showError } from './render/show-error.ts';
import { isBerthError } from '../errors/berth-error.ts';

/**
 * Does the same to several containers or images, one after the other, and goes on after a failure, as Docker's
 * client does. Prints what `action` gives back, and errors as they come. The exit code is 1 when one failed.
 */
export async function eachName(
  context: EngineContext,
  names: readonly string[],
  action: (name: string) => Promise<string | undefined>,
): Promise<number> {
  let exitCode = 0;
  for (const name of names) {
    try {
      const line = await action(name);
      if (line !== undefined) await context.console.output.write(`${line}\n`);
    } catch (error) {
      // Without a daemon the next name fares no better: that is said once, by main.
      if (!isBerthError(error) || error.code === 'DAEMON_UNREACHABLE') throw error;
      await showError(context, error);
      exitCode = 1;
    }
  }
  return exitCode;
}
