import { describe, expect, test } from 'vitest';
import type { MirrorKind, Ranked } from '../../../scripts/mirrors/candidate.ts';
import { inOrder } from '../../../scripts/mirrors/order.ts';
import type { Verdict } from '../../../scripts/mirrors/verdict.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2026, 10, 21);

function ranked(name: string, verdict: Partial<Verdict>, kind: MirrorKind = 'packages'): Ranked {
  const role = name === 'upstream' ? 'upstream' : 'mirror';
  const base: Verdict = { standing: 'good', proved: [], bytes: 0, tookMs: 1 };
  const speed = { firstByteMs: 10, bytesPerSecond: 1e6 };
  return {
    ...{ name, kind, url: name, role, testedAtMs: now },
    verdict: { ...base, ...speed, ...verdict },
  };
}

const names = (...all: readonly Ranked[]): readonly string[] =>
  inOrder(all).map(({ name, verdict }) => `${name} ${verdict.standing}`);

describe('the order of mirrors', () => {
  test('is by what they are, then by how long they would take', () => {
    expect(
      names(
        ranked('lies', { standing: 'wrong', bytesPerSecond: 1e9 }),
        ranked('slow', { bytesPerSecond: 1e5 }),
        ranked('far', { firstByteMs: 4000, bytesPerSecond: 1e7 }),
        ranked('near', { firstByteMs: 5, bytesPerSecond: 5e6 }),
        ranked('cut', { standing: 'slow', bytesPerSecond: 1e9 }),
        ranked('dead', { standing: 'dead' }),
      ),
    ).toEqual(['near good', 'far good', 'slow good', 'cut slow', 'dead dead', 'lies wrong']);
  });

  test('packages: an index that is days older than the newest is behind, however quick', () => {
    expect(
      names(
        ranked('stale', { madeAtMs: now - 9 * day, bytesPerSecond: 1e9 }),
        ranked('staler', { madeAtMs: now - 30 * day, bytesPerSecond: 2e9 }),
        ranked('new', { madeAtMs: now }),
        ranked('yesterday', { madeAtMs: now - day, bytesPerSecond: 2e6 }),
        // What is wrong does not count as the newest.
        ranked('future', { standing: 'wrong', madeAtMs: now + 99 * day }),
      ),
    ).toEqual(['yesterday good', 'new good', 'stale behind', 'staler behind', 'future wrong']);
  });

  test('packages: one that only has an older release is behind', () => {
    expect(
      names(
        ranked('older', { release: 1, madeAtMs: now }),
        ranked('own', { release: 0, madeAtMs: now }),
      ),
    ).toEqual(['own good', 'older behind']);
  });

  test('registries: what the tag leads to is for the registry itself to say, else for the majority', () => {
    const at = (name: string, digest: string): Ranked => ranked(name, { digest }, 'registry');
    expect(names(at('a', 'x'), at('b', 'x'), at('upstream', 'y'))).toEqual([
      'upstream good',
      'a behind',
      'b behind',
    ]);
    expect(names(at('a', 'x'), at('b', 'y'), at('c', 'x'))).toEqual([
      'a good',
      'c good',
      'b behind',
    ]);
    // One against one: nobody can tell.
    expect(names(at('a', 'x'), at('b', 'y'))).toEqual(['a good', 'b good']);
  });
});
