import type { ImageRunConfig } from '../image-config.ts';
import { changeError } from './change-error.ts';
import { parseGoDuration } from './duration.ts';
import { commandArguments } from './command-arguments.ts';
import type { InstructionLine } from './lines.ts';

type Healthcheck = NonNullable<ImageRunConfig['Healthcheck']>;

/** Flags that are times, and the fields they set. */
const timeFlags = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
} as const;

const oneMillisecond = 1e6;

/** Reads `HEALTHCHECK [flags] CMD command` and `HEALTHCHECK NONE`. @throws CONFIG_CHANGE_INVALID */
export function parseHealthcheck(line: InstructionLine): Healthcheck {
  const [type = ''] = line.rest.split(/\s/, 1);
  const rest = line.rest.slice(type.length).trim();
  const fail = (why: string): never => {
    throw changeError(why, line.original);
  };
  switch (type.toUpperCase()) {
    case '':
      return fail('HEALTHCHECK requires at least one argument');
    case 'NONE':
      if (rest !== '') fail('HEALTHCHECK NONE takes no arguments');
      return { Test: ['NONE'] };
    case 'CMD': {
      const { form, args } = commandArguments(rest, line.original);
      if (args.length === 0) fail('Missing command after HEALTHCHECK CMD');
      return { Test: [form === 'json' ? 'CMD' : 'CMD-SHELL', ...args], ...flagFields(line) };
    }
    default:
      return fail(`Unknown type "${type.toUpperCase()}" in HEALTHCHECK (try CMD)`);
  }
}

function flagFields({ flags, original }: InstructionLine): Omit<Healthcheck, 'Test'> {
  const fields: Record<string, number> = {};
  for (const flag of flags) {
    const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(flag) ?? [];
    if (value === undefined && (name === 'retries' || name in timeFlags)) {
      throw changeError(`missing a value on flag: --${name}`, original);
    }
    const field = name === 'retries' ? 'Retries' : timeFlags[name as keyof typeof timeFlags];
    // The record of flags may be asked for any name.
    if ((field as string | undefined) === undefined) {
      throw changeError(`unknown flag: --${name}`, original);
    }
    if (field in fields) throw changeError(`duplicate flag specified: --${name}`, original);
    fields[field] =
      field === 'Retries' ? retries(value ?? '', original) : time(name, value ?? '', original);
  }
  return fields;
}

function retries(value: string, change: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw changeError(`--retries cannot be "${value}": wanted a number that is not negative`, change);
}

function time(name: string, value: string, change: string): number {
  const nanoseconds = value === '' ? 0 : parseGoDuration(value);
  if (nanoseconds === undefined) throw changeError(`time: invalid duration "${value}"`, change);
  if (nanoseconds > 0 && nanoseconds < oneMillisecond) {
    throw changeError(`Interval "${name}" cannot be less than 1ms`, change);
  }
  return nanoseconds;
}
