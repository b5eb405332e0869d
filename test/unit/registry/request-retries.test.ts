import { describe, expect, test } from 'vitest';

import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { ErrorCode } from '../../../runtime/errors/catalogue.ts';
import {
  parseRetryAfter,
  retryDelayMs,
  withRetries,
} from '../../../runtime/registry/request-retries.ts';
import type { RetryPolicy } from '../../../runtime/registry/request-retries.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');

/** A policy whose waits are over at once, and written down. */
function policy(changes: Partial<RetryPolicy> = {}): RetryPolicy & { readonly waitsMs: number[] } {
  const waitsMs: number[] = [];
  const clock = {
    now: () => nowMs,
    sleep: (ms: number) => {
      waitsMs.push(ms);
      return Promise.resolve();
    },
  };
  return { attempts: 5, random: () => 0, clock, waitsMs, ...changes };
}

const answered = (status: number, retryAfter?: string): BerthError => {
  const code: ErrorCode = status === 429 ? 'REGISTRY_RATE_LIMITED' : 'REGISTRY_REFUSED';
  return new BerthError(code, { message: String(status), details: { status, retryAfter } });
};

const unreachable = (code: string): BerthError =>
  new BerthError('REGISTRY_UNREACHABLE', {
    message: code,
    cause: Object.assign(new Error(code), { code }),
  });

describe('Retry-After', () => {
  test.each([
    ['5', 5_000],
    [' 0 ', 0],
    ['Sat, 21 Nov 2026 12:00:30 GMT', 30_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
  ])('"%s" is %s ms', (header, expected) => {
    expect(parseRetryAfter(header, nowMs)).toBe(expected);
  });
});

describe('a request that did not work', () => {
  test('is tried again after twice as long each time, up to a bound', () => {
    const patient = policy({ attempts: 100 });
    const delays = [1, 2, 3, 4, 20].map((n) => retryDelayMs(answered(503), n, patient));
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 30_000]);
  });

  test('waits up to a half less, by chance', () => {
    expect(retryDelayMs(answered(503), 1, policy({ random: () => 1 }))).toBe(250);
    expect(retryDelayMs(answered(503), 1, policy({ random: () => 0.5 }))).toBe(375);
  });

  test.each([
    ['as long as the registry wants', '7', 7_000],
    ['until when the registry wants', 'Sat, 21 Nov 2026 12:00:09 GMT', 9_000],
    ['not less than it would by itself', '0', 500],
    ['not for a registry that wants an hour', '3600', undefined],
  ])('waits %s', (_name, header, expected) => {
    expect(retryDelayMs(answered(429, header), 1, policy())).toBe(expected);
  });

  test.each([
    [answered(408), true],
    [answered(429), true],
    [answered(500), true],
    [answered(502), true],
    [answered(503), true],
    [answered(504), true],
    [answered(501), false],
    [answered(400), false],
    [answered(404), false],
    [answered(405), false],
    [unreachable('ECONNRESET'), true],
    [unreachable('ECONNREFUSED'), true],
    [unreachable('ETIMEDOUT'), true],
    [unreachable('EAI_AGAIN'), true],
    [unreachable('CERT_HAS_EXPIRED'), false],
    [unreachable('DEPTH_ZERO_SELF_SIGNED_CERT'), false],
    [unreachable('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), false],
    [unreachable('ERR_TLS_CERT_ALTNAME_INVALID'), false],
    [new BerthError('REGISTRY_DIGEST_MISMATCH', { message: 'wrong' }), false],
    [new Error('a bug'), false],
  ])('because of %s: worth another try is %s', (error, expected) => {
    expect(retryDelayMs(error, 1, policy()) !== undefined).toBe(expected);
  });

  test('is tried as often as the policy says, then fails with the last error', async () => {
    const five = policy();
    let tries = 0;
    const failed = withRetries(() => Promise.reject(answered(500 + (tries += 1))), five);
    await expect(failed).rejects.toThrow('501');
    expect(tries).toBe(1);
    tries = 0;
    const busy = withRetries(() => {
      tries += 1;
      return Promise.reject(answered(503));
    }, five);
    await expect(busy).rejects.toThrow('503');
    expect(tries).toBe(5);
    expect(five.waitsMs).toEqual([500, 1_000, 2_000, 4_000]);
  });

  test('that works the next time is no error', async () => {
    let tries = 0;
    const outcome = await withRetries(() => {
      tries += 1;
      return tries < 3 ? Promise.reject(unreachable('ECONNRESET')) : Promise.resolve('there');
    }, policy());
    expect(outcome).toBe('there');
  });

  test('stops with the signal', async () => {
    const stop = new AbortController();
    const failed = withRetries(
      () => {
        stop.abort(new Error('enough'));
        return Promise.reject(answered(503));
      },
      policy({ signal: stop.signal }),
    );
    await expect(failed).rejects.toThrow('enough');
  });
});
