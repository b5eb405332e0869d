import { compareDigits, compareText } from './parts.ts';

/** Suffixes in their order; those up to `rc` come before the version without a suffix. */
const suffixes = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];
const plain = suffixes.indexOf('');

/** Parts of a version, in the order that decides where the one version goes on and the other does not. */
const ranks = {
  first: 0,
  number: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  commit: 5,
  revision: 6,
  end: 7,
  invalid: 8,
} as const;

interface Part {
  readonly kind: keyof typeof ranks;
  readonly text: string;
}

/**
 * Order of two versions of Alpine packages, `digits{.digits}{letter}{_suffix{digits}}{~commit}{-r digits}`
 * (apk-package(5), apk-tools 2.14 and 3).
 */
export function compareApkVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let index = 0; ; index += 1) {
    const [one, two] = [left[index] ?? end, right[index] ?? end];
    if (one.kind !== two.kind) return compareKinds(one, two);
    if (one.kind === 'end' || one.kind === 'invalid') return 0;
    const difference = compareSame(one, two);
    if (difference !== 0) return difference;
  }
}

const end: Part = { kind: 'end', text: '' };

function compareKinds(one: Part, two: Part): number {
  if (isEarly(one)) return -1;
  if (isEarly(two)) return 1;
  return ranks[two.kind] - ranks[one.kind];
}

const isEarly = ({ kind, text }: Part): boolean =>
  kind === 'suffix' && suffixes.indexOf(text) < plain;

function compareSame(one: Part, two: Part): number {
  switch (one.kind) {
    case 'suffix':
      return suffixes.indexOf(one.text) - suffixes.indexOf(two.text);
    case 'number':
      // With a leading zero it is a decimal place (1.05 before 1.1), so text.
      return one.text.startsWith('0') || two.text.startsWith('0')
        ? compareText(one.text, two.text)
        : compareDigits(one.text, two.text);
    case 'first':
    case 'suffixNumber':
    case 'revision':
      return compareDigits(one.text, two.text);
    case 'letter':
    case 'commit':
      return compareText(one.text, two.text);
    case 'end':
    case 'invalid':
      return 0;
  }
}

/** What may come next, by its first characters, and after which parts at the latest. */
const grammar: readonly {
  readonly kind: Part['kind'];
  readonly pattern: RegExp;
  readonly after: (last: Part['kind']) => boolean;
}[] = [
  { kind: 'letter', pattern: /^([a-z])/, after: (last) => ranks[last] <= ranks.number },
  { kind: 'number', pattern: /^\.?([0-9]+)/, after: (last) => ranks[last] <= ranks.number },
  { kind: 'suffixNumber', pattern: /^([0-9]+)/, after: (last) => last === 'suffix' },
  { kind: 'suffix', pattern: /^_([a-z]+)/, after: (last) => ranks[last] <= ranks.suffixNumber },
  { kind: 'commit', pattern: /^~([0-9a-f]+)/, after: (last) => ranks[last] < ranks.commit },
  { kind: 'revision', pattern: /^-r([0-9]+)/, after: (last) => ranks[last] < ranks.revision },
];

function partsOf(version: string): readonly Part[] {
  const first = /^[0-9]+/.exec(version)?.[0];
  if (first === undefined) return [{ kind: 'invalid', text: '' }];
  const parts: Part[] = [{ kind: 'first', text: first }];
  let rest = version.slice(first.length);
  while (rest !== '') {
    const next = nextPart(rest, parts.at(-1)?.kind ?? 'first');
    parts.push(next.part);
    if (next.part.kind === 'invalid') return parts;
    rest = rest.slice(next.size);
  }
  return parts;
}

function nextPart(
  rest: string,
  last: Part['kind'],
): { readonly part: Part; readonly size: number } {
  for (const { kind, pattern, after } of grammar) {
    const match = after(last) ? pattern.exec(rest) : null;
    if (match === null) continue;
    const text = match[1] ?? '';
    if (kind === 'suffix' && !suffixes.includes(text)) break;
    return { part: { kind, text }, size: match[0].length };
  }
  return { part: { kind: 'invalid', text: '' }, size: 0 };
}
