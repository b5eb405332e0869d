import type { Result } from './suite.ts';

/** A line of TAP that says how a test ended, at the start of a line: what a test quotes of another's output is indented. */
const testLine = /^(not )?ok\b(?: +\d+)?(?: +- )?\s*([^#]*)(?:#\s*(.*))?$/;

/**
 * Reads the results out of TAP (testanything.org, version 12), as the suites print it: among other output, without a plan,
 * with several plans. A test whose directive is SKIP or TODO counts as skipped.
 */
export function resultsOfTap(unit: string, output: string): Result[] {
  const tests: Heard[] = [];
  let before: string[] = [];
  for (const line of output.split(/\r?\n/)) {
    const match = testLine.exec(line);
    const last = tests.at(-1);
    if (match !== null) {
      const [, failed, description = '', directive = ''] = match;
      tests.push({ failed: failed !== undefined, description, directive, said: before });
      before = [];
    } else if (last !== undefined && /^[\s#]/.test(line)) {
      // Diagnostics come after their test, indented or as comments; what a program says of itself came before.
      last.said.push(line);
    } else {
      before.push(line);
    }
  }
  const seen = new Map<string, number>();
  return tests.map((heard) => {
    const text = `${unit}: ${heard.description.trim()}`;
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return resultOf(heard, times === 1 ? text : `${text} (${times})`);
  });
}

/** A test's line, taken apart, and what was said about it. */
interface Heard {
  readonly failed: boolean;
  readonly description: string;
  readonly directive: string;
  readonly said: string[];
}

function resultOf({ failed, directive, said }: Heard, name: string): Result {
  if (/^(skip|todo)/i.test(directive)) return { name, outcome: 'skip', reason: directive.trim() };
  return failed ? { name, outcome: 'fail', reason: lastWords(said) } : { name, outcome: 'pass' };
}

/** What crun's suite adds to every failure. */
const noise = /^# Test( environment:| '.*' failed with return code)/;

function lastWords(lines: readonly string[]): string {
  return lines
    .filter((line) => line.trim() !== '' && !noise.test(line))
    .slice(-60)
    .join('\n')
    .slice(-8000);
}
