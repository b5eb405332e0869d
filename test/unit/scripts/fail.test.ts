import { afterEach, expect, test } from 'vitest';
import { useLanguage } from '../../../messages/language.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { fail } from '../../../scripts/cli/fail.ts';
import { memoryConsole } from '../cli/memory-console.ts';

const error = new BerthError('USAGE', { message: 'm', remedy: 'r' });

afterEach(() => {
  useLanguage('en');
});

test.each([
  ['up --json', true],
  ['--lang zh up --json', true],
  ['image ls --json', true],
  ['history busybox --json', true],
  ['run --json busybox', true],
  ['run busybox cmd --json', false],
  ['--lang zh run busybox --json', false],
  ['container exec c cmd --json', false],
  ['container ls --json', true],
  ['top c --json', false],
  ['mirrors -- --json', false],
  ['up', false],
])('berth %s: an error document is %s', async (line, wanted) => {
  const console = memoryConsole();
  await fail(error, { console, argv: line.split(' ') });
  const { output, errors } = console.text();
  expect(output.includes('"code": "USAGE"')).toBe(wanted);
  expect(errors).toBe('berth: USAGE: m\n  remedy: r\n');
});

test('in Chinese the remedy is announced in Chinese', async () => {
  useLanguage('zh');
  const console = memoryConsole();
  await fail(error, { console, argv: [] });
  expect(console.text().errors).toBe('berth: USAGE: m\n  解决办法：r\n');
});
