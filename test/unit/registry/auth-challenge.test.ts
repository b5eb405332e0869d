import { expect, test } from 'vitest';

import { parseChallenge } from '../../../runtime/registry/auth-challenge.ts';

const bearer = {
  scheme: 'bearer',
  realm: 'https://auth.example/token',
  service: 'registry',
  scope: 'repository:a/b:pull,push',
};
const text =
  'realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"';

test.each([
  [`Bearer ${text}`, bearer],
  [`bearer ${text.replaceAll(',s', ' , s')}`, bearer],
  [
    'Bearer realm=https://auth.example/token',
    { scheme: 'bearer', realm: 'https://auth.example/token' },
  ],
  ['Basic realm="Registry"', { scheme: 'basic' }],
  ['basic', { scheme: 'basic' }],
  [`Basic realm="x", Bearer ${text}`, bearer],
  [`Bearer ${text}, Basic realm="x"`, bearer],
  // A realm that has the name of a scheme in it.
  ['Basic realm="a, bearer of news"', { scheme: 'basic' }],
  ['Bearer realm="https://a/\\"b"', { scheme: 'bearer', realm: 'https://a/"b' }],
])('%s', (header, challenge) => {
  expect(parseChallenge(header)).toEqual(
    challenge.scheme === 'bearer' ? expect.objectContaining(challenge) : challenge,
  );
});

test.each([
  '',
  'Digest realm="x"',
  'Bearer',
  'Bearer realm="not a url"',
  'Bearer service="x"',
  ',,,',
  '"'.repeat(100),
])('%j asks for nothing that can be answered', (header) => {
  expect(parseChallenge(header)).toBeUndefined();
});
