import { describe, expect, test } from 'vitest';

import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { pauseBeforeRound } from '../../../runtime/registry/pull/rounds.ts';
import type { Source } from '../../../runtime/registry/source.ts';

const never = (): Promise<never> => Promise.reject(new Error('not asked'));
const source = (hasAnswered: boolean): Source => ({
  ...{ registry: 'r', source: 's', kind: 'origin', hasAnswered },
  ...{ manifest: never, blob: never },
});
const down = new BerthError('REGISTRY_UNREACHABLE', { message: 'reset' });
const busy = (retryAfter?: string): BerthError =>
  new BerthError('REGISTRY_RATE_LIMITED', { message: '429', details: { retryAfter } });
const absent = new BerthError('MANIFEST_UNKNOWN', { message: '404' });

function pause(
  failed: readonly (readonly [Source, unknown])[],
  rounds = 1,
  random = 1,
): number | undefined {
  return pauseBeforeRound({
    ...{ failed: new Map(failed), rounds, attempts: 5, nowMs: 0, random: () => random },
  });
}

describe('before all sources are asked once more', () => {
  test('is a pause that doubles, with jitter, up to a limit', () => {
    const failed = [[source(true), down]] as const;
    expect([1, 2, 3, 4].map((rounds) => pause(failed, rounds))).toEqual([500, 1000, 2000, 4000]);
    expect(pause(failed, 1, 0)).toBe(250);
    expect(pause(failed, 5)).toBeUndefined();
  });

  test('is as long a pause as the one that is back first asks for', () => {
    expect(pause([[source(true), busy('30')]])).toBe(30_000);
    expect(
      pause([
        [source(true), busy('30')],
        [source(true), busy('20')],
      ]),
    ).toBe(20_000);
    expect(
      pause([
        [source(true), busy('30')],
        [source(true), down],
      ]),
    ).toBe(500);
    expect(pause([[source(true), busy(new Date(7000).toUTCString())]])).toBe(7000);
    expect(pause([[source(true), busy('soon')]])).toBe(500);
  });

  test('is no other round when nobody is there, nobody has it, or nobody would wait so long', () => {
    expect(pause([[source(false), down]])).toBeUndefined();
    expect(pause([[source(true), absent]])).toBeUndefined();
    expect(pause([[source(true), busy('3600')]])).toBeUndefined();
    expect(pause([])).toBeUndefined();
  });
});
