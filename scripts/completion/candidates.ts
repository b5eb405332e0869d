import { Command } from 'commander';
import type { Argument, Option } from 'commander';
import type { NameKind } from '../../runtime/cli/client/names.ts';
import { engineNames } from '../../runtime/cli/client/names.ts';
import type { EngineVerbEntry } from '../../runtime/cli/verb.ts';
import type { VerbEntry } from '../cli/verb.ts';
import { languages } from '../../messages/language.ts';

/** One word that could stand where the cursor is. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** What a shell is to offer: words, and the names of files too where those are wanted. */
export interface Completion {
  readonly files: 'too' | 'none';
  readonly candidates: readonly Candidate[];
}

/** What a command line is completed with. */
export interface Surroundings {
  readonly verbs: readonly VerbEntry[];
  /** `BERTH_HOST` is the engine whose names are asked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What is declared of a verb, or of one of a group. */
interface Declared {
  readonly define: (command: Command) => void;
  /** Of a group. */
  readonly verbs?: readonly EngineVerbEntry[];
}

const nothing: Completion = { files: 'none', candidates: [] };

/** Names that stand in the place of these arguments, and behind these options. */
const kindsOfArguments: Readonly<Record<string, readonly NameKind[]>> = {
  container: ['container'],
  image: ['image'],
  network: ['network'],
  volume: ['volume'],
  name: ['container', 'image', 'network', 'volume'],
};
const kindsOfOptions: Readonly<Record<string, readonly NameKind[]>> = {
  '--volumes-from': ['container'],
  '--link': ['container'],
  '--network': ['network'],
  '--config-from': ['network'],
};
const wordsOfOptions: Readonly<Record<string, readonly string[]>> = {
  '--restart': ['no', 'always', 'unless-stopped', 'on-failure'],
  '--lang': languages,
};

/**
 * What could stand in the place of the last word of a command line, by the same tree of commands that reads it.
 *
 * @param words behind `berth`; the last is the one that is being typed, and may be empty
 */
export async function complete(
  words: readonly string[],
  around: Surroundings,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const found = await completionOf(words, around);
  return { ...found, candidates: found.candidates.filter(({ word }) => word.startsWith(typed)) };
}

async function completionOf(words: readonly string[], around: Surroundings): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before.at(-1) === '--lang') return plain(languages);
  const at = before.findIndex(
    (word, index) => !word.startsWith('-') && before[index - 1] !== '--lang',
  );
  if (at < 0)
    return typed.startsWith('-') ? plain(['--help', '--version', '--lang']) : verbsOf(around);
  const entry = around.verbs.find(({ name }) => name === before[at]);
  if (entry === undefined) return nothing;
  // What a group has is a field of its own: see `defineGroup`.
  const verb = (await entry.load()) as Declared;
  return ofVerb(verb, [...before.slice(at + 1), typed], around);
}

function verbsOf({ verbs }: Surroundings): Completion {
  const shown = verbs.filter(({ hidden }) => hidden !== true);
  const candidates = shown.map(({ name, summary }) => ({ word: name, description: summary() }));
  return { files: 'none', candidates };
}

async function ofVerb(
  verb: Declared,
  words: readonly string[],
  around: Surroundings,
): Promise<Completion> {
  if (verb.verbs !== undefined) {
    const [name = '', ...rest] = words;
    if (rest.length === 0) {
      const candidates = verb.verbs.map((each) => ({ word: each.name, description: each.summary }));
      return { files: 'none', candidates };
    }
    const entry = verb.verbs.find((each) => each.name === name || each.aliases?.includes(name));
    return entry === undefined ? nothing : ofVerb(await entry.load(), rest, around);
  }
  const command = new Command().enablePositionalOptions().command('verb');
  verb.define(command);
  return ofCommand(command, words, around);
}

/** Where the cursor is: behind an option that wants a value, at an option, or at an argument. */
async function ofCommand(
  command: Command,
  words: readonly string[],
  around: Surroundings,
): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  const find = (word: string): Option | undefined =>
    command.options.find(({ long, short }) => word === long || word === short);
  let position = 0;
  let host = around.env['BERTH_HOST'];
  let onlyArguments = false;
  for (let index = 0; index < words.length - 1; index += 1) {
    const word = words[index] ?? '';
    const option = onlyArguments ? undefined : find(word);
    if (option !== undefined && (option.required || option.optional)) {
      if (option.required && index === words.length - 2) return ofOption(option, host);
      if (option.required) index += 1;
      if (option.attributeName() === 'host') host = words[index];
    } else if (word === '--') onlyArguments = true;
    else if (onlyArguments || !word.startsWith('-')) {
      position += 1;
      // From here on options belong to somebody else's program.
      if (passesOn(command)) onlyArguments = true;
    }
  }
  if (typed.startsWith('-') && !onlyArguments) return options(command);
  return ofArgument(argumentAt(command, position), host);
}

/** Whether options behind the first argument are left alone; commander has no question for it. */
function passesOn(command: Command): boolean {
  return (command as unknown as { readonly _passThroughOptions: boolean })._passThroughOptions;
}

function argumentAt({ registeredArguments }: Command, position: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[position] ?? (last?.variadic === true ? last : undefined);
}

function options({ options: all }: Command): Completion {
  const candidates = all
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', description }));
  return {
    files: 'none',
    candidates: [...candidates, { word: '--help', description: '' }],
  };
}

async function ofOption(option: Option, host: string | undefined): Promise<Completion> {
  const { long = '', argChoices } = option;
  const choices = argChoices ?? wordsOfOptions[long];
  if (choices !== undefined) return plain(choices);
  const kinds = kindsOfOptions[long];
  return kinds === undefined
    ? { files: 'too', candidates: [] }
    : plain(await engineNames(kinds, host));
}

async function ofArgument(
  argument: Argument | undefined,
  host: string | undefined,
): Promise<Completion> {
  if (argument === undefined) return nothing;
  if (argument.argChoices !== undefined) return plain(argument.argChoices);
  const kinds = kindsOfArguments[argument.name()];
  return kinds === undefined
    ? { files: 'too', candidates: [] }
    : plain(await engineNames(kinds, host));
}

function plain(words: readonly string[]): Completion {
  return { files: 'none', candidates: words.map((word) => ({ word, description: '' })) };
}
