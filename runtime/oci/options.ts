import { BerthError } from '../errors/berth-error.ts';

/** An option of the command line, as its help shows it. */
export interface OptionDeclaration {
  /** Without dashes. */
  readonly name: string;
  readonly short?: string;
  /** `flag`: there or not. `text`, `number`: the last one counts. `texts`: all of them. */
  readonly takes: 'flag' | 'text' | 'number' | 'texts';
  readonly help: string;
}

/** What a command line says. */
export interface CommandLine {
  readonly options: GivenOptions;
  /** Words that are not options. */
  readonly operands: readonly string[];
}

/** The options of one command line, by name. */
export class GivenOptions {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Whether the option is there, and not as `--name=false`. */
  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** The option's last value. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of an option, in order. */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The option's last value as a whole number. */
  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : Number(text);
  }
}

/**
 * Reads words as Go's flag package does, for that is what engines write for: one dash is as good as two, a value follows as
 * a word of its own or after "=", and a word after an option is its value whatever it begins with.
 *
 * @param words.operandsFrom `first`: everything after the first operand is one too, since it is somebody else's command line.
 *   `anywhere`: options may follow operands.
 * @throws USAGE an unknown option, a missing value, one that is no number.
 */
export function readOptions(
  argv: readonly string[],
  words: {
    readonly declared: readonly OptionDeclaration[];
    readonly operandsFrom: 'first' | 'anywhere';
  },
): CommandLine {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--') {
      operands.push(...argv.slice(at + 1));
      break;
    }
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word);
    if (match === null) {
      operands.push(word);
      if (words.operandsFrom === 'anywhere') continue;
      operands.push(...argv.slice(at + 1));
      break;
    }
    const [, name = '', attached] = match;
    const option = words.declared.find((each) => each.name === name || each.short === name);
    if (option === undefined) throw usage(`flag provided but not defined: -${name}`);
    if (option.takes !== 'flag' && attached === undefined) at += 1;
    const value = option.takes === 'flag' ? (attached ?? 'true') : (attached ?? argv[at]);
    if (value === undefined) throw usage(`flag needs an argument: -${name}`);
    const before = values.get(option.name) ?? [];
    values.set(option.name, [...before, checked(option, value)]);
  }
  return { options: new GivenOptions(values), operands };
}

const truths = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const untruths = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

/** The value as it is kept; of flags, `true` or `false`. */
function checked({ name, takes }: OptionDeclaration, value: string): string {
  if (takes === 'flag') {
    if (truths.includes(value)) return 'true';
    if (untruths.includes(value)) return 'false';
    throw usage(`invalid boolean value "${value}" for -${name}`);
  }
  if (takes === 'number' && !(/^[+-]?\d+$/.test(value) && Number.isSafeInteger(Number(value)))) {
    throw usage(`invalid value "${value}" for flag -${name}: wanted a whole number`);
  }
  return value;
}

/** A USAGE error: what is wrong with the command line. */
export function usage(message: string): BerthError {
  return new BerthError('USAGE', {
    message,
    remedy: 'See "berth oci --help", and "berth oci <command> --help" for the options of one.',
  });
}
