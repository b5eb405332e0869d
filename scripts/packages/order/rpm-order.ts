import { compareDigits, compareText, splitEpoch } from './parts.ts';

/**
 * Order of two `[epoch:]version[-release]` of RPM packages (rpm-version(7), rpm 4.15 and later, which know `~` and
 * `^`). One without a release is older than the same with one.
 */
export function compareRpmVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  return (
    left.epoch - right.epoch ||
    compareSegments(left.version, right.version) ||
    compareReleases(left.release, right.release)
  );
}

interface RpmVersion {
  readonly epoch: number;
  readonly version: string;
  readonly release: string | undefined;
}

function parse(text: string): RpmVersion {
  const { epoch, rest } = splitEpoch(text);
  const hyphen = rest.lastIndexOf('-');
  return hyphen === -1
    ? { epoch, version: rest, release: undefined }
    : { epoch, version: rest.slice(0, hyphen), release: rest.slice(hyphen + 1) };
}

function compareReleases(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(b === undefined) - Number(a === undefined);
  return compareSegments(a, b);
}

/**
 * Segments of digits or of letters, one after the other; what separates them does not count, but for `~`, which comes
 * before the end, and `^`, which comes after the end and before everything else.
 */
function compareSegments(a: string, b: string): number {
  if (a === b) return 0;
  let [left, right] = [a, b];
  while (left !== '' || right !== '') {
    left = left.replace(/^[^A-Za-z0-9~^]+/, '');
    right = right.replace(/^[^A-Za-z0-9~^]+/, '');
    const mark = compareMarks(left, right);
    if (mark === 'both') {
      [left, right] = [left.slice(1), right.slice(1)];
      continue;
    }
    if (mark !== 'neither') return mark;
    if (left === '' || right === '') break;
    const numeric = /^[0-9]/.test(left);
    const [one, two] = [segment(left, numeric), segment(right, numeric)];
    // A number is newer than letters.
    if (two === '') return numeric ? 1 : -1;
    const difference = numeric ? compareDigits(one, two) : compareText(one, two);
    if (difference !== 0) return difference;
    [left, right] = [left.slice(one.length), right.slice(two.length)];
  }
  return left.length - right.length;
}

function compareMarks(left: string, right: string): number | 'both' | 'neither' {
  if (left.startsWith('~') || right.startsWith('~')) {
    if (!left.startsWith('~')) return 1;
    return right.startsWith('~') ? 'both' : -1;
  }
  if (left.startsWith('^') || right.startsWith('^')) {
    if (left === '') return -1;
    if (right === '') return 1;
    if (!left.startsWith('^')) return 1;
    return right.startsWith('^') ? 'both' : -1;
  }
  return 'neither';
}

function segment(text: string, numeric: boolean): string {
  return (numeric ? /^[0-9]*/ : /^[A-Za-z]*/).exec(text)?.[0] ?? '';
}
