import { expect, test } from 'vitest';
import type { Results } from '../../ci/results.ts';
import { countsOf, filesToRepeat, passedOnlyAgain, withSecondAttempt } from '../../ci/results.ts';

/** Results of files; each by the states of its tests. */
function results(files: Readonly<Record<string, readonly ('passed' | 'failed')[]>>): Results {
  const states = Object.values(files).flat();
  const count = (wanted: string): number => states.filter((state) => state === wanted).length;
  return {
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults: Object.entries(files).map(([name, tests]) => ({
      name,
      // As when a hook threw: no test was run.
      status: tests.length === 0 || tests.includes('failed') ? 'failed' : 'passed',
      assertionResults: tests.map((status, at) => ({ status, fullName: `test ${at}` })),
    })),
  };
}

test('a run that left nothing, and a file without tests, have failed', () => {
  expect(countsOf(undefined)).toEqual({ passed: 0, failed: 1 });
  expect(countsOf(results({ a: ['passed'], b: [] }))).toEqual({ passed: 1, failed: 1 });
});

test('a few files get a second attempt, many do not', () => {
  const few = results({ a: ['failed'], b: ['passed'], c: [] });
  expect(filesToRepeat(few)).toEqual(['a', 'c']);
  const many = results({ a: ['failed'], b: ['failed'], c: ['failed'], d: ['failed'] });
  expect(filesToRepeat(many)).toEqual([]);
});

test('what the second attempt says counts, and what passed only then is named', () => {
  const first = results({ a: ['passed', 'failed'], b: ['passed'], c: [], d: ['failed'] });
  const second = results({ a: ['passed', 'passed'], c: ['passed'], d: ['failed'] });
  expect(countsOf(withSecondAttempt(first, second))).toEqual({ passed: 4, failed: 1 });
  expect(passedOnlyAgain(first, second)).toEqual(['a: test 1', 'c: the whole file']);
});

test('a file that the second attempt did not reach has failed', () => {
  const first = results({ a: ['failed'] });
  expect(countsOf(withSecondAttempt(first, results({})))).toEqual({ passed: 0, failed: 1 });
});
