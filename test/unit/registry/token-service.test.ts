import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';

import { readToken, tokenRequest } from '../../../runtime/registry/token-service.ts';

const nowMs = Date.parse('2026-11-21T12:00:00Z');
const url = new URL('https://auth.test/token');

const read = (answer: object | string): ReturnType<typeof readToken> => {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  return readToken(
    { status: 200, headers: {}, body: Readable.from([Buffer.from(text)]) },
    url,
    nowMs,
  );
};

describe('the answer of a token service', () => {
  test.each([
    ['a minute when nothing is said', {}, 60],
    ['as long as is said', { expires_in: 300 }, 300],
    [
      'counted from when it was issued',
      { expires_in: 300, issued_at: '2026-11-21T11:59:00Z' },
      240,
    ],
    ['by our clock when that of the service is ahead', { issued_at: '2026-11-21T13:00:00Z' }, 60],
    ['by our clock when that of the service is behind', { issued_at: '2020-01-01T00:00:00Z' }, 60],
    ['by our clock when the time is none', { issued_at: 'just now' }, 60],
    ['at least a moment', { expires_in: 0 }, 1],
  ])('is good for %s', async (_name, answer, seconds) => {
    const { expiresAtMs } = await read({ token: 'x', ...answer });
    expect((expiresAtMs - nowMs) / 1000).toBe(seconds);
  });

  test('has the token under either name', async () => {
    expect((await read({ access_token: 'a' })).token).toBe('a');
    expect(await read({ token: 't', access_token: 'a', refresh_token: 'r' })).toMatchObject({
      token: 't',
      refreshToken: 'r',
    });
  });

  test.each(['', 'no JSON', {}, { token: '' }, { token: 'two\r\nheaders: in one' }, { token: 1 }])(
    'as %j is refused',
    async (answer) => {
      await expect(read(answer)).rejects.toMatchObject({ code: 'REGISTRY_RESPONSE_INVALID' });
    },
  );
});

describe('the request for a token', () => {
  const common = {
    realm: 'https://auth.test/token?x=1',
    service: 'registry',
    access: 'online',
  } as const;

  test('names every scope by itself, and keeps what is in the realm', () => {
    const scopes = ['repository:a:pull,push', 'repository:b:pull'];
    const asked = tokenRequest({ ...common, scopes, credentials: undefined });
    expect(asked.url.searchParams.getAll('scope')).toEqual(scopes);
    expect(asked.url.searchParams.get('x')).toBe('1');
    expect(asked).toMatchObject({ method: 'GET', headers: {} });
  });

  test('with an identity token has it in its body only', () => {
    const credentials = { kind: 'identity-token', token: 'secret' } as const;
    const asked = tokenRequest({ ...common, scopes: ['a', 'b'], credentials });
    expect(asked.url.href).toBe(common.realm);
    const form = new URLSearchParams(typeof asked.body === 'string' ? asked.body : '');
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'secret',
      client_id: 'docker',
      scope: 'a b',
      service: 'registry',
    });
  });
});
