import { expect, test } from 'vitest';

import { parseMoment } from '../../../runtime/api/images/moment.ts';

const now = Date.parse('2026-01-02T03:04:05Z');

test.each([
  ['24h', now - 86_400_000],
  ['1h30m', now - 5_400_000],
  ['1.5s', now - 1500],
  ['300ms', now - 300],
  ['-10s', now + 10_000],
  ['1700000000', 1_700_000_000_000],
  ['1700000000.5', 1_700_000_000_500],
  ['0', 0],
  ['2026-01-01', Date.parse('2026-01-01T00:00:00Z')],
  ['2026-01-01T10', Date.parse('2026-01-01T10:00:00Z')],
  ['2026-01-01T10:20', Date.parse('2026-01-01T10:20:00Z')],
  ['2026-01-01T10:20:30', Date.parse('2026-01-01T10:20:30Z')],
  ['2026-01-01T10:20:30.123456789Z', Date.parse('2026-01-01T10:20:30.123Z')],
  ['2026-01-01T10:20:30+02:00', Date.parse('2026-01-01T08:20:30Z')],
  ['', undefined],
  ['yesterday', undefined],
  ['10', 10_000],
  ['10d', undefined],
  ['1h-30m', undefined],
  ['2026-13-01', undefined],
])('%j', (text, expected) => {
  expect(parseMoment(text, now)).toBe(expected);
});
