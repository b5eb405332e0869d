import { compareDigits, compareText, splitEpoch } from './parts.ts';

/** Order of two `[epoch:]version[-release]` of pacman packages, as vercmp(8) of pacman 6 has it. */
export function comparePacmanVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [parse(a), parse(b)];
  return (
    left.epoch - right.epoch ||
    compareSegments(left.version, right.version) ||
    (left.release === undefined || right.release === undefined
      ? 0
      : compareSegments(left.release, right.release))
  );
}

interface PacmanVersion {
  readonly epoch: number;
  readonly version: string;
  readonly release: string | undefined;
}

function parse(text: string): PacmanVersion {
  const { epoch, rest } = splitEpoch(text);
  const hyphen = rest.lastIndexOf('-');
  return hyphen === -1
    ? { epoch, version: rest, release: undefined }
    : { epoch, version: rest.slice(0, hyphen), release: rest.slice(hyphen + 1) };
}

const separators = /^[^A-Za-z0-9]*/;

/**
 * Like rpm's order before `~` and `^`, with two differences: more separators are newer than fewer, and letters that are
 * left over are older than nothing (`1.0rc` before `1.0`).
 */
function compareSegments(a: string, b: string): number {
  if (a === b) return 0;
  let [left, right] = [a, b];
  while (left !== '' && right !== '') {
    const [one, two] = [
      separators.exec(left)?.[0].length ?? 0,
      separators.exec(right)?.[0].length ?? 0,
    ];
    [left, right] = [left.slice(one), right.slice(two)];
    if (left === '' || right === '') break;
    if (one !== two) return one - two;
    const numeric = /^[0-9]/.test(left);
    const segment = numeric ? /^[0-9]*/ : /^[A-Za-z]*/;
    const [first, second] = [segment.exec(left)?.[0] ?? '', segment.exec(right)?.[0] ?? ''];
    if (second === '') return numeric ? 1 : -1;
    const difference = numeric ? compareDigits(first, second) : compareText(first, second);
    if (difference !== 0) return difference;
    [left, right] = [left.slice(first.length), right.slice(second.length)];
  }
  return compareRests(left, right);
}

function compareRests(left: string, right: string): number {
  if (left === '' && right === '') return 0;
  const letters = /^[A-Za-z]/;
  if ((left === '' && !letters.test(right)) || letters.test(left)) return -1;
  return 1;
}
