import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OptionDeclaration, readOptions } from '../../../runtime/oci/options.ts';

const declared: readonly OptionDeclaration[] = [
  { name: 'bundle', short: 'b', takes: 'text', help: '' },
  { name: 'detach', short: 'd', takes: 'flag', help: '' },
  { name: 'env', short: 'e', takes: 'texts', help: '' },
  { name: 'preserve-fds', takes: 'number', help: '' },
];

const read = (...argv: readonly string[]) =>
  readOptions(argv, { declared, operandsFrom: 'anywhere' });

describe('readOptions', () => {
  test.each([
    [['--bundle', '/b', 'id']],
    [['--bundle=/b', 'id']],
    [['-bundle', '/b', 'id']],
    [['-b', '/b', 'id']],
    [['-b=/b', 'id']],
    [['id', '--bundle', '/b']],
    [['--bundle', '/a', '--bundle', '/b', 'id']],
  ])('reads %j', (argv) => {
    const { options, operands } = read(...argv);
    expect(options.text('bundle')).toBe('/b');
    expect(operands).toEqual(['id']);
  });

  test('takes the word behind an option for its value, whatever it begins with', () => {
    const { options, operands } = read('-e', '-d', '-e', 'A=b=c', '-e=', 'id');
    expect(options.texts('env')).toEqual(['-d', 'A=b=c', '']);
    expect(options.flag('detach')).toBe(false);
    expect(operands).toEqual(['id']);
  });

  test('reads flags that are switched off', () => {
    expect(read('-d').options.flag('detach')).toBe(true);
    expect(read('-d', '--detach=false').options.flag('detach')).toBe(false);
    expect(read().options.flag('detach')).toBe(false);
  });

  test('leaves what follows "--" alone', () => {
    expect(read('id', '--', '--bundle', '-x').operands).toEqual(['id', '--bundle', '-x']);
  });

  test("leaves somebody else's command line alone", () => {
    const words = ['-d', 'id', 'sh', '-c', '--bundle'];
    const { options, operands } = readOptions(words, { declared, operandsFrom: 'first' });
    expect(options.flag('detach')).toBe(true);
    expect(operands).toEqual(['id', 'sh', '-c', '--bundle']);
  });

  test('takes "-" for an operand: it is standard input', () => {
    expect(read('-').operands).toEqual(['-']);
    expect(read('-b', '-').options.text('bundle')).toBe('-');
  });

  test.each([
    [['--nope'], 'flag provided but not defined: -nope'],
    [['--bundle'], 'flag needs an argument: -bundle'],
    [['--detach=perhaps'], 'invalid boolean value "perhaps" for -detach'],
    [['--preserve-fds', 'two'], 'invalid value "two" for flag -preserve-fds'],
    [['--preserve-fds', '99999999999999999999'], 'invalid value "99999999999999999999"'],
  ])('refuses %j', (argv, message) => {
    expect(() => read(...argv)).toThrow(message);
    expect(() => read(...argv)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('never loses a word', () => {
    const word = fc.stringMatching(/^[a-z/:]{1,5}$/);
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (values, operands) => {
        const argv = [...values.flatMap((value) => ['--env', value]), ...operands];
        const line = read(...argv);
        expect(line.options.texts('env')).toEqual(values);
        expect(line.operands).toEqual(operands);
      }),
    );
  });
});
