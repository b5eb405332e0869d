import { describe, expect, test } from 'vitest';

import type { Clock } from '../../../runtime/host/clock.ts';
import type { Endpoint } from '../../../runtime/registry/endpoint.ts';
import { SourceScores } from '../../../runtime/registry/source-scores.ts';

let now = 0;
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
const make = (): SourceScores => {
  now = Date.parse('2026-01-01T00:00:00Z');
  return new SourceScores({ clock, path: undefined, onNotice: () => undefined });
};
const endpoint = (name: string, kind: Endpoint['kind'] = 'mirror'): Endpoint => ({
  name,
  kind,
  transports: [],
  repositoryPrefix: '',
  namespace: undefined,
});
const all = [endpoint('a'), endpoint('b'), endpoint('c'), endpoint('origin', 'origin')];
const key = (source: string): { registry: string; source: string } => ({ registry: 'r', source });
const order = (scores: SourceScores): string =>
  scores
    .rank('r', all)
    .map(({ name }) => name)
    .join(' ');
const megabytes = (count: number): { bytes: number; durationMs: number; isEnd: boolean } => ({
  bytes: count * 1e6,
  durationMs: 1000,
  isEnd: true,
});

describe('sources are asked', () => {
  test('in the order of the configuration when nothing is known, the registry itself last', () => {
    expect(order(make())).toBe('a b c origin');
  });

  test('by what was measured: fast ones first, slow ones after those that nothing is known of', () => {
    const scores = make();
    scores.delivered(key('c'), megabytes(20));
    scores.delivered(key('a'), megabytes(0.3));
    expect(order(scores)).toBe('c b a origin');
  });

  test('the registry itself before a mirror only when it is much faster', () => {
    const scores = make();
    for (const name of ['a', 'b', 'c']) scores.delivered(key(name), megabytes(2));
    scores.delivered(key('origin'), megabytes(4));
    expect(order(scores)).toBe('a b c origin');
    for (let i = 0; i < 20; i += 1) scores.delivered(key('origin'), megabytes(100));
    expect(order(scores)).toBe('origin a b c');
  });

  test('last when they failed a moment ago, and as before when that is over', () => {
    const scores = make();
    scores.failed(key('a'));
    expect(scores.state(key('a'))).toBe('failing');
    expect(order(scores)).toBe('b c origin a');
    now += 31_000;
    expect(order(scores)).toBe('a b c origin');
  });

  test('not at all for a day when they lied; the registry itself has nobody in its place', () => {
    const scores = make();
    scores.lied(key('b'));
    scores.lied(key('origin'));
    expect(order(scores)).toBe('a c origin');
    expect(scores.score('r', endpoint('b'))).toMatchObject({ state: 'dropped', wrongDigests: 1 });
    now += 25 * 3600 * 1000;
    expect(order(scores)).toBe('a b c origin');
  });

  test('and of another registry by themselves', () => {
    const scores = make();
    scores.failed(key('a'));
    expect(scores.rank('other', all)[0]?.name).toBe('a');
  });
});

test('patience follows what a source usually takes, within limits', () => {
  const scores = make();
  expect(scores.patienceMs(key('a'))).toBe(1500);
  scores.answered(key('a'), 10);
  expect(scores.patienceMs(key('a'))).toBe(1000);
  scores.answered(key('b'), 400);
  expect(scores.patienceMs(key('b'))).toBe(1600);
  scores.answered(key('c'), 9000);
  expect(scores.patienceMs(key('c'))).toBe(3000);
});
