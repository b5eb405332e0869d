import { processContext } from '../../runtime/cli/context.ts';

/** Runs one command line, `argv` without program and script, and shows what went wrong. Resolves with the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const context = processContext();
  try {
    const { runCommandLine } = await import('./run-command-line.ts');
    const { chooseLanguage } = await import('./choose-language.ts');
    return await runCommandLine(chooseLanguage(argv, context.env), context);
  } catch (error) {
    const { fail } = await import('./fail.ts');
    return fail(error, { console: context.console, argv });
  }
}
