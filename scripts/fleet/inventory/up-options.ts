import { Command, type Option } from 'commander';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { usageErrorOf } from '../../cli/usage-error.ts';
import { defineUpOptions } from '../../up/options.ts';

/** Options that a fleet decides itself, or that name files of the machine it is run from. */
const fleetsOwn = ['yes', 'json', 'plan', 'savePlan', 'dryRun', 'asInstalled', 'onlyOptions'];

/** A value as a hosts file has it. */
export type UpValue = string | number | boolean | readonly (string | number)[];

/**
 * Options of `berth up`, by their names without dashes (`data-root` or `dataRoot`), as arguments. What there is, and
 * which values are right, is asked of `berth up` itself.
 *
 * @throws BerthError USAGE, and what a value's parser throws.
 */
export function upArguments(values: Readonly<Record<string, UpValue>>): readonly string[] {
  const command = makeCommand();
  const args = Object.entries(values).flatMap(([name, value]) => {
    return argumentsFor(findOption(command, name), { name, value });
  });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    throw usageErrorOf(error, 'up');
  }
  return args;
}

/** Reads `--set name=value`, or `--set name` for an option without a value. */
export function parseSetting(text: string): Readonly<Record<string, UpValue>> {
  const equals = text.indexOf('=');
  if (equals < 0) return { [text]: true };
  const value = text.slice(equals + 1);
  const isFlag = value === 'true' || value === 'false';
  return { [text.slice(0, equals)]: isFlag ? value === 'true' : value };
}

function makeCommand(): Command {
  const command = new Command('up')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .action(() => undefined);
  defineUpOptions(command);
  return command;
}

function findOption(command: Command, name: string): Option {
  const open = command.options.filter((option) => !fleetsOwn.includes(option.attributeName()));
  const wanted = name.replace(/^--/, '');
  const found = open.find(
    (option) => option.name() === wanted || (!option.negate && option.attributeName() === wanted),
  );
  if (found !== undefined) return found;
  // `smoke-test: false` for `--no-smoke-test`.
  const negated = open.find(
    (option) => option.negate && camelCase(option.attributeName()) === camelCase(wanted),
  );
  if (negated !== undefined) return negated;
  const known = open.map((option) => option.name()).join(', ');
  throw new BerthError('USAGE', {
    message: m.upOptionUnknown({ name, known }),
    remedy: m.upOptionRemedy(),
  });
}

function argumentsFor(
  option: Option,
  { name, value }: { readonly name: string; readonly value: UpValue },
): readonly string[] {
  const flag = `--${option.name()}`;
  if (!option.required && !option.optional) {
    if (typeof value !== 'boolean') {
      throw wrong(m.upOptionFlag({ name, value: String(value) }));
    }
    const asWritten = name.replace(/^--/, '') === option.name();
    return value === (asWritten || !option.negate) ? [flag] : [];
  }
  if (typeof value === 'boolean') {
    if (value) throw wrong(m.upOptionNoValue({ name }));
    return [];
  }
  const isList = typeof value === 'object';
  // Options that may be repeated have a list as their default.
  if (isList && !Array.isArray(option.defaultValue)) throw wrong(m.upOptionList({ name }));
  return (isList ? value : [value]).map((each) => `${flag}=${each}`);
}

function wrong(message: string): BerthError {
  return new BerthError('USAGE', { message, remedy: m.upOptionRemedy() });
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
