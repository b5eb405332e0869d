import type { Result, UnitReport } from './suite.ts';

/** `12 passed, 1 failed, 3 skipped`, and how many units left something behind. */
export function totalsOf(units: readonly UnitReport[]): string {
  const results = units.flatMap((unit) => unit.results);
  const times = (outcome: Result['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const untidy = units.filter(({ left }) => left.length > 0).length;
  const totals = `${times('pass')} passed, ${times('fail')} failed, ${times('skip')} skipped`;
  return untidy === 0 ? totals : `${totals}; ${untidy} left something behind`;
}

/** A line for each failure, with the last line that was said about it, and for what was left behind. */
export function failuresOf(units: readonly UnitReport[]): string[] {
  return units.flatMap(({ unit, results, left }) => [
    ...results
      .filter(({ outcome }) => outcome === 'fail')
      .map(({ name, reason = '' }) => `not ok ${name} # ${reason.split('\n').at(-1) ?? ''}`),
    ...left.map((what) => `left by ${unit}: ${what}`),
  ]);
}
