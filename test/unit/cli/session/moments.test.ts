import { expect, test } from 'vitest';
import { filtersQuery } from '../../../../runtime/cli/filters.ts';
import { parseMoment } from '../../../../runtime/cli/moments.ts';

const nowMs = 1_700_000_000_000;

test.each([
  ['1699999999', '1699999999'],
  ['1699999999.5', '1699999999.5'],
  ['10m', '1699999400'],
  ['1h30m', '1699994600'],
  ['1.5s', '1699999998.5'],
  ['250ms', '1699999999.75'],
  ['2023-11-14T22:13:20Z', '1700000000'],
  ['2023-11-14T23:13:20+01:00', '1700000000'],
])('%s is %s', (text, seconds) => {
  expect(parseMoment('--since', text, nowMs)).toBe(seconds);
});

test('a time without a zone is local, a date alone too', () => {
  const local = (text: string): string => String(new Date(text).getTime() / 1000);
  expect(parseMoment('--since', '2023-11-14', nowMs)).toBe(local('2023-11-14T00:00:00'));
});

test.each(['', 'yesterday', '5 m', '-5m'])('%j is refused', (text) => {
  expect(() => parseMoment('--until', text, nowMs)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});

test('filters become lists by name', () => {
  expect(filtersQuery(['status=exited', 'Label=a=b', 'status=created'])).toBe(
    '{"status":["exited","created"],"label":["a=b"]}',
  );
  expect(filtersQuery([])).toBeUndefined();
  expect(() => filtersQuery(['status'])).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});
