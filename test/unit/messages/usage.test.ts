import { Argument, Command, Option } from 'commander';
import { afterEach, expect, test } from 'vitest';
import { usageCodes } from '../../../messages/chinese/usage.ts';
import { messageOf, remedyOf } from '../../../messages/error-words.ts';
import { useLanguage } from '../../../messages/language.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { usageErrorOf } from '../../../scripts/cli/usage-error.ts';

afterEach(() => {
  useLanguage('en');
});

/** What commander itself says of a command line. */
function refusalOf(define: (command: Command) => void, argv: readonly string[]): BerthError {
  const program = new Command('berth')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  const command = program.command('verb');
  define(command);
  // With verbs of its own it does nothing itself.
  if (command.commands.length === 0) command.action(() => undefined);
  try {
    program.parse(['verb', ...argv], { from: 'user' });
  } catch (error) {
    const refused = usageErrorOf(error, 'verb');
    if (refused instanceof BerthError) return refused;
  }
  throw new Error('commander took it');
}

const plain = (command: Command): void => {
  command.option('--yes').option('--yeah').option('--plan <file>').argument('[one]');
};

/** Codes, each with what the Chinese of it says. */
type Case = readonly [
  code: string,
  argv: readonly string[],
  chinese: string,
  define?: (command: Command) => void,
];
const cases: readonly Case[] = [
  ['commander.unknownOption', ['--nothing-like-it'], '未知选项"--nothing-like-it"'],
  ['commander.unknownOption', ["--it's"], '未知选项"--it\'s"'],
  ['commander.unknownOption', ['--plam'], '未知选项"--plam"；您是否想用 --plan？'],
  ['commander.unknownOption', ['--yea'], '未知选项"--yea"；您是否想用 --yeah 或 --yes？'],
  ['commander.optionMissingArgument', ['--plan'], '选项"--plan <file>"缺少取值'],
  ['commander.excessArguments', ['a', 'b'], '"verb"的参数过多：应为 1 个，实际为 2 个'],
  [
    'commander.missingArgument',
    [],
    '缺少必需的参数"image"',
    (command) => command.argument('<image>'),
  ],
  [
    'commander.missingMandatoryOptionValue',
    [],
    '缺少必需的选项"--to <file>"',
    (command) => command.requiredOption('--to <file>'),
  ],
  [
    'commander.invalidArgument',
    ['--arch', 'mips'],
    '选项"--arch <arch>"的值"mips"无效；应为 x64、arm64 之一',
    (command) => command.addOption(new Option('--arch <arch>').choices(['x64', 'arm64'])),
  ],
  [
    'commander.invalidArgument',
    ['dance'],
    '参数"action"的值"dance"无效；应为 run、stop 之一',
    (command) => command.addArgument(new Argument('<action>').choices(['run', 'stop'])),
  ],
  [
    'commander.conflictingOption',
    ['--one', '--other'],
    '选项"--one"不能与选项"--other"同时使用',
    (command) => command.addOption(new Option('--one').conflicts('other')).option('--other'),
  ],
  [
    'commander.unknownCommand',
    ['lss'],
    '未知命令"lss"；您是否想用 ls？',
    (command) => command.command('ls'),
  ],
];

test.each(cases.map((each) => [each[2], each] as const))('%s', (chinese, each) => {
  const [code, argv, , define = plain] = each;
  const error = refusalOf(define, argv);
  expect(error.cause).toMatchObject({ code });
  expect(messageOf(error)).toBe(error.message);
  useLanguage('zh');
  expect(messageOf(error)).toBe(chinese);
});

test('every code that is translated is tried', () => {
  expect([...new Set(cases.map(([code]) => code))].toSorted()).toEqual([...usageCodes].toSorted());
});

test('what commander says in another way stays as it is', () => {
  useLanguage('zh');
  const cause = Object.assign(new Error('error: a new sentence'), {
    code: 'commander.unknownOption',
  });
  const error = new BerthError('USAGE', { message: 'a new sentence', remedy: '看帮助', cause });
  expect([messageOf(error), remedyOf(error)]).toEqual(['a new sentence', '看帮助']);
});

test('an error of the command line below has its remedy by its details', () => {
  useLanguage('zh');
  const { cause } = refusalOf(plain, ['--plan']);
  const details = { help: 'berth run --help' };
  const error = new BerthError('RUN_USAGE', { message: 'm', remedy: 'See it.', details, cause });
  expect(remedyOf(error)).toBe('请参阅"berth run --help"。');
});
