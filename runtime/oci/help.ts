import { type OciCommandEntry, ociCommands } from './commands.ts';
import { globalOptions } from './global-options.ts';
import type { OptionDeclaration } from './options.ts';

/** Help of `berth oci` as a whole, in the layout of runc's. */
export function overview(program: string): string {
  const commands = ociCommands.map(({ name, summary }): Row => [name, summary]);
  return [
    'NAME:',
    `   ${program} - Open Container Initiative runtime`,
    '',
    'USAGE:',
    `   ${program} [global options] <command> [options] [arguments]`,
    '',
    'DESCRIPTION:',
    '   The runtime of berth for other engines: it takes the command line of runc.',
    '',
    'COMMANDS:',
    ...table(commands),
    '',
    'GLOBAL OPTIONS:',
    ...table(globalOptions.map(row)),
    '',
  ].join('\n');
}

/** Help of one command. */
export async function commandHelp(program: string, entry: OciCommandEntry): Promise<string> {
  const { name, summary } = entry;
  const { options, operands } = await entry.load();
  const list = options.length === 0 ? [] : ['', 'OPTIONS:', ...table(options.map(row))];
  const words = [program, name, ...(options.length === 0 ? [] : ['[options]']), operands.usage];
  return [
    'NAME:',
    `   ${program} ${name} - ${summary}`,
    '',
    'USAGE:',
    `   ${words.join(' ').trim()}`,
    ...list,
    '',
  ].join('\n');
}

type Row = readonly [string, string];

const metavar = { flag: '', text: ' <value>', number: ' <number>', texts: ' <value>...' } as const;

function row({ name, short, takes, help }: OptionDeclaration): Row {
  return [`--${name}${short === undefined ? '' : `, -${short}`}${metavar[takes]}`, help];
}

function table(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([first]) => first.length)) + 2;
  return rows.map(([first, second]) => `   ${first.padEnd(width)}${second}`);
}
