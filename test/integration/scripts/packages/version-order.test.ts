import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDpkgVersions } from '../../../../scripts/packages/order/dpkg-order.ts';
import { comparePacmanVersions } from '../../../../scripts/packages/order/pacman-order.ts';
import { compareRpmVersions } from '../../../../scripts/packages/order/rpm-order.ts';

type Pair = readonly [string, string];

/** Words that versions are made of, so that equal beginnings and every special character come often. */
const word = fc.constantFrom(
  ...['0', '1', '2', '10', '01', '00', '28', '9', 'a', 'b', 'rc', 'rc1', 'alpha', 'fc37', 'el9'],
  ...['git', 'z', 'Z', '20240101', '1a', 'a1'],
);

function version(separators: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(
      word,
      fc.array(fc.tuple(fc.constantFrom(...separators), fc.option(word, { nil: '' })), {
        maxLength: 4,
      }),
    )
    .map(([first, rest]) => first + rest.map((parts) => parts.join('')).join(''));
}

function pairs(separators: readonly string[]): fc.Arbitrary<readonly Pair[]> {
  const full = fc
    .tuple(
      fc.constantFrom('', '', '', '0:', '1:', '5:'),
      version(separators),
      fc.option(version(separators), { nil: undefined }),
    )
    .map(([epoch, head, release]) => epoch + head + (release === undefined ? '' : `-${release}`));
  const near = fc
    .tuple(full, fc.constantFrom(...separators), fc.option(word, { nil: '' }))
    .map(([one, separator, more]) => [one, one + separator + more] as const);
  return fc.array(fc.oneof(fc.tuple(full, full), near), { minLength: 40, maxLength: 40 });
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  return stdout;
}

const shell = (program: string, list: readonly Pair[]): readonly number[] =>
  run('sh', ['-c', program, 'sh', ...list.flat()])
    .trim()
    .split('\n')
    .map(Number);

const oracles = {
  dpkg: (list: readonly Pair[]) =>
    shell(
      'while [ $# -gt 0 ]; do if dpkg --compare-versions "$1" lt "$2"; then echo -1; elif dpkg --compare-versions "$1" eq "$2"; then echo 0; else echo 1; fi; shift 2; done',
      list,
    ),
  pacman: (list: readonly Pair[]) =>
    shell('while [ $# -gt 0 ]; do vercmp "$1" "$2"; shift 2; done', list),
  rpm: (list: readonly Pair[]) => {
    const calls = list.map(([a, b]) => `print(rpm.vercmp('${a}', '${b}') .. ' ')`).join(' ');
    return run('rpm', ['--eval', `%{lua: ${calls}}`])
      .trim()
      .split(/\s+/)
      .map(Number);
  },
};

const common = ['.', '.', '+', '~', '..', ''];

describe.each([
  // dpkg wants a version to begin with a digit; what does not is an error there and not an order.
  ['dpkg', compareDpkgVersions, [...common, '-', '+~']],
  ['rpm', compareRpmVersions, [...common, '^', '_', '^~', '~~']],
  ['pacman', comparePacmanVersions, [...common, '_', '._']],
] as const)('the order of %s', (name, compare, separators) => {
  test('is that of the real program', () => {
    fc.assert(
      fc.property(pairs(separators), (drawn) => {
        const list =
          name === 'dpkg' ? drawn.filter((pair) => pair.every((v) => dpkgTakes(v))) : drawn;
        fc.pre(list.length > 0);
        const mine = list.map(([a, b]) => Math.sign(compare(a, b)));
        expect(label(list, mine)).toEqual(label(list, oracles[name](list)));
      }),
      { numRuns: 25 },
    );
  });
});

/** deb-version(7): the upstream version begins with a digit, and a revision is not empty. */
const dpkgTakes = (text: string): boolean =>
  /^(\d+:)?\d/.test(text) && !/-($|[^A-Za-z0-9+.~-])/.test(text) && !text.endsWith('-');

const label = (list: readonly Pair[], signs: readonly number[]): readonly string[] =>
  list.map(([a, b], index) => `${a} ${signs[index] ?? '?'} ${b}`);
