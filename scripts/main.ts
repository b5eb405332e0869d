import { processContext } from '../runtime/cli/context.ts';

/*
 * The `berth` command: the only place that sets an exit code.
 */
const argv = process.argv.slice(2);
const context = processContext();
try {
  const { runCommandLine } = await import('./cli/run-command-line.ts');
  const { chooseLanguage } = await import('./cli/choose-language.ts');
  process.exitCode = await runCommandLine(chooseLanguage(argv, context.env), context);
} catch (error) {
  const { fail } = await import('./cli/fail.ts');
  process.exitCode = await fail(error, { console: context.console, argv });
}
