import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redactor } from '../../../../scripts/fleet/redact.ts';
import { Secret } from '../../../../scripts/fleet/secret.ts';

test('a given secret is in no line', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
      const line = redactor([new Secret(secret)])(before + secret + after);
      expect(line).not.toContain(secret);
    }),
  );
});

test.each([
  ['proxy http://user:pa55@proxy:3128/ used', 'proxy http://***@proxy:3128/ used'],
  ['"Authorization": "Bearer abc.def"', '"Authorization": "***"'],
  ['password=hunter2, user=x', 'password=***, user=x'],
  ['API_TOKEN: deadbeef', 'API_TOKEN: ***'],
  ['https://example.com/path', 'https://example.com/path'],
  [
    'ssh: debug1: Server host key: ssh-ed25519 SHA256:x',
    'ssh: debug1: Server host key: ssh-ed25519 SHA256:x',
  ],
])('%s', (line, shown) => {
  expect(redactor([undefined])(line)).toBe(shown);
});

test('a secret does not come out by itself', () => {
  const secret = new Secret('hunter2');
  expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
  expect(String(secret)).toBe('***');
  expect(Object.values(secret)).toEqual([]);
});
