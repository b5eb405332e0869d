import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { processContext } from '../runtime/cli/context.ts';

/*
 * The `berth` command: the only place that sets an exit code.
 *
 * The compile cache halves the time of a short command. It lies beside the sources, so that it goes with them; where it
 * cannot be written there is none.
 */
enableCompileCache(join(dirname(import.meta.dirname), '.cache', 'compile'));

const argv = process.argv.slice(2);
const context = processContext();
try {
  const { runCommandLine } = await import('./cli/run-command-line.ts');
  process.exitCode = await runCommandLine(argv, context);
} catch (error) {
  const { fail } = await import('./cli/fail.ts');
  process.exitCode = await fail(error, { console: context.console, argv });
}
