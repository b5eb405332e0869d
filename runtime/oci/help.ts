import { type OciCommandEntry, ociCommands } from './commands.ts';
import { globalOptions } from './global-options.ts';
import type { OptionDeclaration } from './options.ts';

/** Help of `berth oci` as a whole. */
export function overview(): string {
  const commands = ociCommands.map(({ name, summary }): Row => [name, summary]);
  return [
    'Usage: berth oci [global options] <command> [options] [arguments]',
    '',
    'An OCI runtime for other engines: it takes the command line of runc.',
    '',
    'Commands:',
    ...table(commands),
    '',
    'Global options:',
    ...table(globalOptions.map(row)),
    '',
  ].join('\n');
}

/** Help of one command. */
export async function commandHelp(entry: OciCommandEntry): Promise<string> {
  const { name, summary } = entry;
  const { options, operands } = await entry.load();
  const list = options.length === 0 ? [] : ['', 'Options:', ...table(options.map(row))];
  const words = ['berth oci', name, ...(options.length === 0 ? [] : ['[options]']), operands.usage];
  return [`Usage: ${words.join(' ').trim()}`, '', sentence(summary), ...list, ''].join('\n');
}

type Row = readonly [string, string];

const metavar = { flag: '', text: ' <value>', number: ' <number>', texts: ' <value>...' } as const;

function row({ name, short, takes, help }: OptionDeclaration): Row {
  return [`--${name}${short === undefined ? '' : `, -${short}`}${metavar[takes]}`, help];
}

function table(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length)) + 2;
  return rows.map(([first, second]) => `  ${first.padEnd(width)}${second}`);
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
