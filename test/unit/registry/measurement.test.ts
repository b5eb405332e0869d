import { describe, expect, test } from 'vitest';

import {
  afterAnswer,
  afterDelivery,
  afterFailure,
  afterWrongDigest,
  costMs,
  unmeasured,
} from '../../../runtime/registry/measurement.ts';
import type { Measurement } from '../../../runtime/registry/measurement.ts';

const second = 1000;
const hour = 3600 * second;
const now = Date.parse('2026-01-01T00:00:00Z');
const fresh = unmeasured('docker.io', 'https://one.example');
const delivered = (bytes: number, durationMs: number, before = fresh): Measurement =>
  afterDelivery(before, { bytes, durationMs, isEnd: true }, now);

describe('what is remembered of a source', () => {
  test('is smoothed: one outlier does not turn it over', () => {
    const steady = afterAnswer(fresh, 100, now);
    expect(steady.firstByteMs).toBe(100);
    expect(afterAnswer(steady, 1100, now).firstByteMs).toBe(400);
  });

  test('is a speed only when enough came, or when it was slow to come', () => {
    expect(delivered(1000, 1).bytesPerSecond).toBeUndefined();
    expect(delivered(1000, 4000).bytesPerSecond).toBe(250);
    expect(delivered(1024 * 1024, 500).bytesPerSecond).toBe(2 * 1024 * 1024);
    expect(delivered(0, 9000).bytesPerSecond).toBeUndefined();
  });

  test('fades: what was measured yesterday does not count any more', () => {
    const measured = delivered(64 * 1024 * 1024, second, afterAnswer(fresh, 1, now));
    expect(costMs(measured, now)).toBeLessThan(100);
    expect(costMs(measured, now + 25 * hour)).toBe(costMs(undefined, now));
    const again = afterAnswer(measured, 700, now + 25 * hour);
    expect(again).toMatchObject({ firstByteMs: 700, bytesPerSecond: undefined });
  });

  test('of failures: a rest that doubles with each, up to a limit, and ends with a delivery', () => {
    const rests: number[] = [];
    let measurement = fresh;
    for (let i = 0; i < 12; i += 1) {
      measurement = afterFailure(measurement, now, undefined);
      rests.push((measurement.failingUntilMs - now) / second);
    }
    expect(rests.slice(0, 4)).toEqual([30, 60, 120, 240]);
    expect(rests.at(-1)).toBe(900);
    expect(measurement.errors).toBe(12);
    expect(delivered(1, 1, measurement).failingUntilMs).toBe(0);
  });

  test('of a source that asks for a rest: at least as long as it asks for', () => {
    expect(afterFailure(fresh, now, 2 * hour).failingUntilMs).toBe(now + 2 * hour);
  });

  test('of a wrong digest: it is dropped for a day', () => {
    expect(afterWrongDigest(fresh, now)).toMatchObject({
      wrongDigests: 1,
      droppedUntilMs: now + 24 * hour,
    });
  });
});

test('a source that nothing is known of counts as middling', () => {
  const unknown = costMs(undefined, now);
  expect(costMs(delivered(8 * 1024 * 1024, second), now)).toBeLessThan(unknown);
  expect(costMs(delivered(100_000, 10 * second), now)).toBeGreaterThan(unknown);
});
