import { describe, expect, test } from 'vitest';

import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { TokenCache } from '../../../runtime/registry/token-cache.ts';
import type { Token, TokenRequest } from '../../../runtime/registry/token-service.ts';

const request: TokenRequest = {
  realm: 'https://auth.test/token',
  service: 'registry.test',
  scopes: ['repository:a:pull', 'repository:b:pull'],
  credentials: undefined,
  access: 'online',
};
const token = (name: string, expiresAtMs = 60_000): Token => ({
  token: name,
  expiresAtMs,
  refreshToken: undefined,
});

/** Gives tokens that are called first, second ... when they are let go. */
function issuer(): {
  fetch: () => Promise<Token>;
  count: () => number;
  go: (token: Token) => void;
  fail: (error: Error) => void;
} {
  let count = 0;
  let settle: PromiseWithResolvers<Token> = Promise.withResolvers();
  return {
    fetch: () => {
      count += 1;
      settle = Promise.withResolvers();
      return settle.promise;
    },
    count: () => count,
    go: (one) => {
      settle.resolve(one);
    },
    fail: (error) => {
      settle.reject(error);
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('tokens', () => {
  test('are shared by those who ask at the same time, in whatever order of scopes', async () => {
    const { fetch, count, go } = issuer();
    const cache = new TokenCache();
    const turned = { ...request, scopes: request.scopes.toReversed() };
    const both = [cache.get(request, 0, fetch), cache.get(turned, 0, fetch)];
    await settled();
    go(token('first'));
    expect((await Promise.all(both)).map((one) => one.token)).toEqual(['first', 'first']);
    expect(count()).toBe(1);
  });

  test('are replaced by one new one when they are about to expire', async () => {
    const { fetch, count, go } = issuer();
    const cache = new TokenCache();
    const first = cache.get(request, 0, fetch);
    await settled();
    go(token('first'));
    await first;
    expect((await cache.get(request, 54_000, fetch)).token).toBe('first');
    const both = [cache.get(request, 56_000, fetch), cache.get(request, 56_000, fetch)];
    await settled();
    go(token('second', 120_000));
    expect((await Promise.all(both)).map((one) => one.token)).toEqual(['second', 'second']);
    expect(count()).toBe(2);
  });

  test('that were refused are forgotten, but not those that came after', async () => {
    const { fetch, count, go } = issuer();
    const cache = new TokenCache();
    const first = cache.get(request, 0, fetch);
    await settled();
    go(token('first'));
    await first;
    await cache.forget(request, 'another');
    await cache.get(request, 0, fetch);
    expect(count()).toBe(1);
    await cache.forget(request, 'first');
    const second = cache.get(request, 0, fetch);
    await settled();
    go(token('second'));
    expect((await second).token).toBe('second');
  });

  test('that are refused are refused to all who wait', async () => {
    const { fetch, count, fail } = issuer();
    const cache = new TokenCache();
    const both = [cache.get(request, 0, fetch), cache.get(request, 0, fetch)];
    const outcomes = Promise.allSettled(both);
    await settled();
    fail(new BerthError('REGISTRY_UNAUTHORIZED', { message: 'no' }));
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(count()).toBe(1);
  });

  test('are asked for again when the one who asked was stopped', async () => {
    const { fetch, count, go, fail } = issuer();
    const cache = new TokenCache();
    const stopped = cache.get(request, 0, fetch);
    const other = cache.get(request, 0, fetch);
    const outcome = Promise.allSettled([stopped]);
    await settled();
    fail(new Error('stopped'));
    expect((await outcome)[0].status).toBe('rejected');
    await settled();
    go(token('second'));
    expect((await other).token).toBe('second');
    expect(count()).toBe(2);
  });
});
