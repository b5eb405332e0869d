import type { Command } from 'commander';
import { Option } from 'commander';
import { collect } from './collect.ts';

/** Options of the verbs that print a list. */
export interface ListOptions {
  readonly all?: true;
  readonly quiet?: true;
  /** `--no-trunc` sets it to false. */
  readonly trunc: boolean;
  readonly filter?: readonly string[];
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** Declares {@link ListOptions}. */
export function defineListOptions(command: Command): void {
  command
    .option('-a, --all', 'show all, not only the usual ones')
    .option('-q, --quiet', 'print ids only')
    .option('--no-trunc', 'do not shorten ids and commands')
    .addOption(new Option('-f, --filter <name=value>', 'show what matches').argParser(collect))
    .addOption(
      new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
    )
    .option('--json', "print the API's answer");
}

/** Rows as one JSON object a line, as `docker ... --format json`. */
export function jsonRows(rows: readonly Readonly<Record<string, string>>[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A JSON value for `--json` and `inspect`, indented by four as Docker's. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 4)}\n`;
}
