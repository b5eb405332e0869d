import { expect, test } from 'vitest';
import { isBerthError } from '../../../../runtime/errors/berth-error.ts';
import { parseDuration } from '../../../../scripts/report/options.ts';

test.each([
  ['90m', 5_400_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['0.5h', 1_800_000],
  ['2w', 1_209_600_000],
])('--since %s is %d ms', (value, ms) => {
  expect(parseDuration(value)).toBe(ms);
});

test.each(['', '5', 'h', '-1h', '1h ', 'yesterday', '99999999999999999w'])(
  '--since "%s" is refused',
  (value) => {
    let thrown: unknown;
    try {
      parseDuration(value);
    } catch (error) {
      thrown = error;
    }
    expect(isBerthError(thrown, 'USAGE')).toBe(true);
  },
);
