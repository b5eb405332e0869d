import type { BerthError } from '../../runtime/errors/berth-error.ts';
import { processContext, type EngineContext } from '../../runtime/cli/context.ts';

/** Runs one command line, `argv` without program and script, and shows what went wrong. Resolves with the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const context: EngineContext = { ...processContext(), describe };
  try {
    const { runCommandLine } = await import('./run-command-line.ts');
    const { chooseLanguage } = await import('./choose-language.ts');
    return await runCommandLine(chooseLanguage(argv, context.env), context);
  } catch (error) {
    const { fail } = await import('./fail.ts');
    return fail(error, { console: context.console, argv });
  }
}

/** What shows errors is only loaded when there is one. */
async function describe(error: BerthError): Promise<string> {
  return (await import('./fail.ts')).describeError(error);
}
