import { compareDigits, splitEpoch } from './parts.ts';

/** Order of two Debian versions: deb-version(7), the same for every dpkg since 1.1.4. */
export function compareDpkgVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    left.epoch - right.epoch ||
    compareParts(left.upstream, right.upstream) ||
    compareParts(left.revision, right.revision)
  );
}

interface DpkgVersion {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/** `[epoch:]upstream[-revision]`; the revision comes after the last hyphen, and none is the same as `0`. */
function parse(version: string): DpkgVersion {
  const { epoch, rest } = splitEpoch(version);
  const hyphen = rest.lastIndexOf('-');
  return hyphen === -1
    ? { epoch, upstream: rest, revision: '' }
    : { epoch, upstream: rest.slice(0, hyphen), revision: rest.slice(hyphen + 1) };
}

/** Alternately a part without digits, in an order of its own, and a number. */
function compareParts(a: string, b: string): number {
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    const texts = [nonDigits(left), nonDigits(right)] as const;
    const byText = compareNonDigits(...texts);
    if (byText !== 0) return byText;
    [left, right] = [left.slice(texts[0].length), right.slice(texts[1].length)];
    const numbers = [digits(left), digits(right)] as const;
    const byNumber = compareDigits(...numbers);
    if (byNumber !== 0) return byNumber;
    [left, right] = [left.slice(numbers[0].length), right.slice(numbers[1].length)];
  }
  return 0;
}

const nonDigits = (text: string): string => /^[^0-9]*/.exec(text)?.[0] ?? '';
const digits = (text: string): string => /^[0-9]*/.exec(text)?.[0] ?? '';

/** Letters before all else, and a tilde even before the end. */
function compareNonDigits(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = rank(a[index]) - rank(b[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}
