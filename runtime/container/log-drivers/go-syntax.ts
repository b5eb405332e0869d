/** A piece of a pattern: an escape, the head of a group, a repetition, or one character. */
const piece = /\\[^]?|\(\?[^:a-zA-Z>]*[^]?|[*+?]\??|\{\d+(?:,\d*)?\}\??|[^]/gu;

/** Letters and signs that may follow a backslash (regexp/syntax of Go). */
const escapes = /^\\(?:[^\w]|[0-7AbBzaftrnvxpPdDsSwWQEC])/u;

const repetition = /^(?:[*+?]|\{\d)/;

/**
 * What is wrong with a pattern of Go's regular expressions, in the words of its regexp/syntax, as far as that can be told from the
 * pieces of the pattern; `undefined` when nothing is.
 */
export function goSyntaxProblem(pattern: string): string | undefined {
  let depth = 0;
  let before = '';
  let repeated = '';
  for (let at = 0; at < pattern.length;) {
    piece.lastIndex = at;
    const [found = ''] = piece.exec(pattern) ?? [];
    if (found === '[') {
      const end = endOfClass(pattern, at);
      if (end === undefined) return `missing closing ]: \`${pattern.slice(at)}\``;
      const range = reversedRange(pattern.slice(at + 1, end));
      if (range !== undefined) return `invalid character class range: \`${range}\``;
      [at, before, repeated] = [end + 1, 'class', ''];
      continue;
    }
    const isRepetition = repetition.test(found);
    const problem = isRepetition
      ? repetitionProblem(found, before, repeated)
      : escapeProblem(found, depth, pattern);
    if (problem !== undefined) return problem;
    if (found.startsWith('(')) depth += 1;
    if (found === ')') depth -= 1;
    repeated = isRepetition ? found : '';
    before = found === '|' || found.startsWith('(') ? '' : found;
    at += found.length;
  }
  return depth > 0 ? `missing closing ): \`${pattern}\`` : undefined;
}

function repetitionProblem(found: string, before: string, repeated: string): string | undefined {
  if (before === '') return `missing argument to repetition operator: \`${found}\``;
  if (repeated !== '') return `invalid nested repetition operator: \`${repeated}${found}\``;
  const [, low, high = low] = /^\{(\d+)(?:,(\d+))?/.exec(found) ?? [];
  const isWrong = Number(low) > Number(high) || Number(high) > 1000 || Number(low) > 1000;
  return isWrong ? `invalid repeat count: \`${found}\`` : undefined;
}

function escapeProblem(found: string, depth: number, pattern: string): string | undefined {
  if (found === '\\') return 'trailing backslash at end of expression: ``';
  if (found.startsWith('\\') && !escapes.test(found))
    return `invalid escape sequence: \`${found}\``;
  if (found === ')' && depth === 0) return `unexpected ): \`${pattern}\``;
  return found.startsWith('(?') ? groupProblem(found) : undefined;
}

/** Groups begin with flags or `P<name>`; there is no looking ahead and behind. */
function groupProblem(found: string): string | undefined {
  if (/^\(\?(?:[imsU-]*[imsU:]|P)$/.test(found)) return undefined;
  const shown = /^\(\?<?[=!]?/.exec(found)?.[0] ?? found;
  return `invalid or unsupported Perl syntax: \`${shown.startsWith('(?<') ? '(?<' : shown}\``;
}

/** Where a class ends; a bracket right at its beginning is one of its characters. */
function endOfClass(pattern: string, start: number): number | undefined {
  let at = start + (pattern[start + 1] === '^' ? 2 : 1);
  for (let first = true; at < pattern.length; first = false) {
    const character = pattern[at];
    if (character === '\\') at += 2;
    else if (pattern.startsWith('[:', at) && pattern.includes(':]', at))
      at = pattern.indexOf(':]', at) + 2;
    else if (character === ']' && !first) return at;
    else at += 1;
  }
  return undefined;
}

function reversedRange(content: string): string | undefined {
  for (const [range, low = '', high = ''] of content.matchAll(/([a-zA-Z0-9])-([a-zA-Z0-9])/g))
    if (low > high) return range;
  return undefined;
}
