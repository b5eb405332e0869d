import { describe, expect, test } from 'vitest';

import { containerSelection } from '../../../runtime/api/routes/container-prune.ts';
import type { ContainerRecord } from '../../../runtime/container/model/container-record.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const hour = 3_600_000;

const record = (Labels: Record<string, string> | null, createdMs: number): ContainerRecord =>
  ({ createdMs, config: { Labels } }) as ContainerRecord;

function isWanted(filters: Record<string, readonly string[]>, given: ContainerRecord): boolean {
  return containerSelection(new Map(Object.entries(filters)), now)(given);
}

describe('which containers prune takes', () => {
  test.each([
    [{}, null, 0, true],
    [{ label: ['a'] }, { a: '1' }, 0, true],
    [{ label: ['a', 'b=2'] }, { a: '1', b: '2' }, 0, true],
    [{ label: ['a', 'b=2'] }, { a: '1', b: '3' }, 0, false],
    [{ label: ['a'] }, null, 0, false],
    [{ 'label!': ['a'] }, { a: '1' }, 0, false],
    [{ 'label!': ['a'] }, { b: '1' }, 0, true],
    [{ 'label!': ['a', 'b'] }, { a: '1' }, 0, true],
    [{ 'label!': ['a=2'] }, { a: '1' }, 0, true],
    [{ until: ['24h'] }, null, 25, true],
    [{ until: ['24h'] }, null, 23, false],
    [{ until: ['2026-11-22T10:00:00'] }, null, 3, true],
    [{ until: ['2026-11-22T10:00:00'] }, null, 1, false],
    [{ until: [String(now / 1000 - 60)] }, null, 0, false],
  ])('%j: labels %j, %d hours old: %s', (filters, labels, hours, expected) => {
    expect(isWanted(filters, record(labels, now - hours * hour))).toBe(expected);
  });

  test.each([
    [{ name: ['x'] }],
    [{ until: ['soon'] }],
    [{ until: ['1h', '2h'] }],
    [{ dangling: ['true'] }],
  ])('refuses %j', (filters) => {
    expect(() => isWanted(filters, record(null, now))).toThrow(
      expect.objectContaining({ code: 'FILTER_INVALID' }),
    );
  });
});
