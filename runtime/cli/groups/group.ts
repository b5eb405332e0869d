import { Command, CommanderError } from 'commander';
import { BerthError } from '../../errors/berth-error.ts';
import type { EngineContext } from '../context.ts';
import type { EngineVerb, EngineVerbEntry } from '../verb.ts';

/** A group of verbs, such as `berth image`. */
export interface GroupSpec {
  readonly name: string;
  readonly verbs: readonly EngineVerbEntry[];
}

function helpOf(verbs: readonly EngineVerbEntry[]): string {
  const width = Math.max(...verbs.map(({ name }) => name.length)) + 2;
  const lines = verbs.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return `\nVerbs:\n${lines.join('\n')}`;
}

function unknownVerb({ name, verbs }: GroupSpec, verb: string): BerthError {
  return new BerthError('USAGE', {
    message: `"${verb}" is not a verb of "berth ${name}", wanted ${verbs.map((each) => each.name).join(', ')}`,
    remedy: `See "berth ${name} --help".`,
    details: { verb },
  });
}

async function runEntry(
  line: { readonly title: string; readonly words: readonly string[] },
  entry: EngineVerbEntry,
  context: EngineContext,
): Promise<number> {
  const verb = await entry.load();
  const command = new Command(line.title)
    .description(entry.summary)
    .exitOverride()
    // main renders every error, in one form.
    .configureOutput({ outputError: () => undefined });
  verb.define(command);
  let exitCode = 0;
  command.action(async () => {
    exitCode = await verb.run(context, command);
  });
  try {
    await command.parseAsync([...line.words], { from: 'user' });
  } catch (error) {
    // Help and version are errors to commander, with exit code 0.
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error;
    throw new BerthError('USAGE', {
      message: error.message.replace(/^error: /, '').replaceAll('\n', ' '),
      remedy: `See "${line.title} --help".`,
      cause: error,
    });
  }
  return exitCode;
}

/** Makes a verb whose first argument is the verb to run; only that one's file is loaded. */
export function defineGroup(group: GroupSpec): EngineVerb {
  return {
    define: (command) => {
      command
        .argument('[verb]', 'what to do')
        .argument('[arguments...]', 'its options and arguments')
        .passThroughOptions()
        .addHelpText('after', helpOf(group.verbs));
    },
    run: (context, command) => {
      const [name, ...words] = command.args;
      if (name === undefined) return command.help();
      const entry = group.verbs.find((each) => each.name === name || each.aliases?.includes(name));
      if (entry === undefined) throw unknownVerb(group, name);
      return runEntry({ title: `berth ${group.name} ${entry.name}`, words }, entry, context);
    },
  };
}
