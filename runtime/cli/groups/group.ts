import { Command, CommanderError } from 'commander';
import { BerthError } from '../../errors/berth-error.ts';
import type { EngineContext } from '../context.ts';
import type { EngineVerb, EngineVerbEntry } from '../verb.ts';

/** A group of verbs, such as `berth image`. */
export interface GroupSpec {
  readonly name: string;
  readonly verbs: readonly EngineVerbEntry[];
}

/** The list of the verbs, in the style and language that the program's help has. */
function helpOf(verbs: readonly EngineVerbEntry[], command: Command): string {
  const help = command.createHelp();
  const width = Math.max(...verbs.map(({ name }) => name.length)) + 2;
  const lines = verbs.map(
    ({ name, summary }) => `  ${name.padEnd(width)}${help.styleSubcommandDescription(summary)}`,
  );
  return `\n${help.styleTitle('Verbs:')}\n${lines.join('\n')}`;
}

function unknownVerb({ name, verbs }: GroupSpec, verb: string): BerthError {
  return new BerthError('USAGE', {
    message: `"${verb}" is not a verb of "berth ${name}", wanted ${verbs.map((each) => each.name).join(', ')}`,
    remedy: `See "berth ${name} --help".`,
    details: { verb, group: name, wanted: verbs.map((each) => each.name) },
  });
}

interface Line {
  readonly title: string;
  readonly words: readonly string[];
  /** The group's own command. */
  readonly parent: Command;
}

async function runEntry(
  line: Line,
  entry: EngineVerbEntry,
  context: EngineContext,
): Promise<number> {
  const verb = await entry.load();
  const command = new Command(line.title)
    .description(entry.summary)
    .configureHelp(line.parent.configureHelp())
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
      details: { help: `${line.title} --help` },
      cause: error,
    });
  }
  return exitCode;
}

/** A verb whose first argument is the verb to run. */
export interface EngineGroup extends EngineVerb {
  readonly verbs: readonly EngineVerbEntry[];
}

/** Makes a group; only the file of the verb that is called is loaded. */
export function defineGroup(group: GroupSpec): EngineGroup {
  return {
    verbs: group.verbs,
    define: (command) => {
      command
        .argument('[verb]', 'what to do')
        .argument('[arguments...]', 'its options and arguments')
        .passThroughOptions()
        .addHelpText('after', () => helpOf(group.verbs, command));
    },
    run: (context, command) => {
      const [name, ...words] = command.args;
      if (name === undefined) return command.help();
      const entry = group.verbs.find((each) => each.name === name || each.aliases?.includes(name));
      if (entry === undefined) throw unknownVerb(group, name);
      const title = `berth ${group.name} ${entry.name}`;
      return runEntry({ title, words, parent: command }, entry, context);
    },
  };
}
