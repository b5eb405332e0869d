import { Command } from 'commander';
import { commandLineMessages as m } from '../../messages/areas/command-line.ts';
import { language } from '../../messages/language.ts';
import { nearestName } from '../../runtime/errors/nearest-name.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { EngineContext } from '../../runtime/cli/context.ts';
import { thisHost } from '../host/provision-host.ts';
import { ensureEntropy } from '../../runtime/syscall/entropy.ts';
import { engineVerbEntries, hostVerbs } from './verbs.ts';
import { isAnswered, usageErrorOf } from './usage-error.ts';
import type { VerbContext, VerbEntry } from './verb.ts';
import { withInterrupt } from './interrupt.ts';
import { berthVersion } from './version.ts';

/**
 * Runs one command line, `argv` without program and script. Resolves with the exit code.
 * Throws USAGE for what is not understood, INTERRUPTED after Ctrl-C, and what the verb throws.
 */
export async function runCommandLine(
  argv: readonly string[],
  context: EngineContext,
): Promise<number> {
  const name = argv.find((word) => !word.startsWith('-'));
  const entry = name === undefined ? undefined : await findVerb(name);
  const program = makeProgram();
  if (language() === 'zh' && mayHelp(argv, entry)) {
    program.configureHelp((await import('./chinese-help.ts')).chineseHelp);
  }
  if (entry === undefined) await addVerbs(program);
  try {
    return await (entry === undefined
      ? runWithoutVerb({ program, argv, name })
      : runVerb({ program, argv, entry, context }));
  } catch (error) {
    if (isAnswered(error)) return 0;
    throw usageErrorOf(error, entry?.name);
  }
}

async function findVerb(name: string): Promise<VerbEntry | undefined> {
  return (
    hostVerbs.find((verb) => verb.name === name) ??
    (await engineVerbEntries()).find((verb) => verb.name === name)
  );
}

/** Whether a help may be asked for: then its words are loaded. Behind a verb of the engine the option may be another's. */
function mayHelp(argv: readonly string[], entry: VerbEntry | undefined): boolean {
  const asked = argv.some((word) => word === '-h' || word === '--help');
  return asked || entry === undefined || (entry.alone === 'help' && argv.length === 1);
}

/** The program, yet without verbs. */
function makeProgram(): Command {
  return (
    new Command('berth')
      .description(m.description())
      .version(berthVersion(), '-V, --version', m.versionOption())
      // Only for the help: `chooseLanguage` has taken it by now.
      .option('--lang <language>', m.languageOption())
      .enablePositionalOptions()
      .exitOverride()
      // main renders every error, in one form.
      .configureOutput({ outputError: () => undefined })
  );
}

/** Every verb, for the list of them. */
async function addVerbs(program: Command): Promise<void> {
  for (const { name, summary, hidden } of [...hostVerbs, ...(await engineVerbEntries())]) {
    if (hidden !== true) program.command(name).description(summary());
  }
}

async function runWithoutVerb(call: {
  readonly program: Command;
  readonly argv: readonly string[];
  readonly name: string | undefined;
}): Promise<number> {
  const { program, argv, name } = call;
  if (name !== undefined) throw unknownVerb(name, program);
  program.action(() => {
    program.help();
  });
  await program.parseAsync([...argv], { from: 'user' });
  return 0;
}

function unknownVerb(name: string, program: Command): BerthError {
  const near = nearestName(
    name,
    program.commands.map((command) => command.name()),
  );
  return new BerthError('USAGE', {
    message: near === undefined ? m.unknownVerb({ name }) : m.unknownVerbNear({ name, near }),
    remedy: m.unknownVerbRemedy(),
    details: { verb: name, ...(near === undefined ? {} : { near }) },
  });
}

async function runVerb(call: {
  readonly program: Command;
  readonly argv: readonly string[];
  readonly entry: VerbEntry;
  readonly context: EngineContext;
}): Promise<number> {
  const { program, argv, entry, context } = call;
  if (hostVerbs.includes(entry)) await ensureEntropy();
  const verb = await entry.load();
  const command = program
    .command(entry.name)
    .description(entry.summary())
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  let exitCode = 0;
  verb.define(command);
  command.action(async () => {
    exitCode =
      entry.signals === 'own'
        ? await verb.run({ ...context, signal: new AbortController().signal }, command)
        : await withInterrupt(context.console, async (signal) => {
            const called = { ...context, signal };
            return (await handedOver(entry, argv, called)) ?? verb.run(called, command);
          });
  });
  await program.parseAsync([...argv], { from: 'user' });
  return exitCode;
}

/** What recovers from a killed upgrade is the version before it, not the one that came with it. */
const recovering: readonly string[] = ['up', 'down'];

async function handedOver(
  entry: VerbEntry,
  argv: readonly string[],
  context: VerbContext,
): Promise<number | undefined> {
  if (!recovering.includes(entry.name)) return undefined;
  const { handOver } = await import('../upgrade/hand-over.ts');
  return handOver(argv, { host: thisHost, context });
}
