import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';

import type { HttpResponse } from '../../../runtime/host/http-request.ts';
import { explanationOf } from '../../../runtime/registry/registry-answer.ts';

const answer = (status: number, body: string, challenge?: string): HttpResponse => ({
  status,
  headers: challenge === undefined ? {} : { 'www-authenticate': challenge },
  body: Readable.from([Buffer.from(body)]),
});
const errors = (...list: readonly object[]): string => JSON.stringify({ errors: list });

describe('what a registry says of an error', () => {
  test.each([
    [
      'its code and message',
      404,
      errors({ code: 'NAME_UNKNOWN', message: 'not known', detail: {} }),
      'name unknown: not known',
    ],
    ['its code alone', 400, errors({ code: 'DIGEST_INVALID', message: '' }), 'digest invalid'],
    [
      'several, each once',
      400,
      errors({ code: 'A', message: 'x' }, { code: 'B', message: 'y' }, { code: 'A', message: 'x' }),
      'a: x; b: y',
    ],
    ['on one line', 400, errors({ code: 'A', message: 'two\nlines ' }), 'a: two lines'],
    ['the page of a proxy', 502, '<html>Bad gateway</html>', 'status 502'],
    ['nothing, of 401', 401, '', 'unauthorized: authentication required'],
    ['nothing, of 403', 403, '', 'denied: requested access to the resource is denied'],
    ['an empty list', 500, errors(), 'status 500'],
    ['more than anybody reads', 500, 'x'.repeat(100_000), 'status 500'],
    [
      "Docker Hub's token service",
      401,
      '{"details":"incorrect username or password"}',
      'unauthorized: incorrect username or password',
    ],
  ])('%s', async (_name, status, body, expected) => {
    expect((await explanationOf(answer(status, body))).text).toBe(expected);
  });

  test('in its challenge counts more than in its body', async () => {
    const body = errors({ code: 'UNAUTHORIZED', message: 'authentication required' });
    const challenge = 'Bearer realm="https://auth.test",error="insufficient_scope"';
    expect(await explanationOf(answer(401, body, challenge))).toEqual({
      text: 'denied: requested access to the resource is denied',
      codes: ['DENIED'],
    });
    const described = 'Bearer realm="x",error="invalid_token",error_description="it is old"';
    expect((await explanationOf(answer(401, body, described))).text).toBe(
      'unauthorized: it is old',
    );
  });
});
