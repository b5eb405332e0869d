import { changeError } from './change-error.ts';
import { jsonArguments } from './lines.ts';

/** The arguments of CMD and its like: a list, or one text for a shell. */
export interface CommandArguments {
  readonly form: 'json' | 'shell';
  readonly args: readonly string[];
}

/** Reads `["program", "argument"]`, or anything else as text for a shell. @throws CONFIG_CHANGE_INVALID */
export function commandArguments(rest: string, change: string): CommandArguments {
  const list = jsonArguments(rest);
  if (list === undefined) return { form: 'shell', args: rest === '' ? [] : [rest] };
  const texts = list.filter((item) => typeof item === 'string');
  if (texts.length < list.length) {
    throw changeError(
      'when using JSON array syntax, arrays must be comprised of strings only',
      change,
    );
  }
  return { form: 'json', args: texts };
}
