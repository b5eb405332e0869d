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
  ['proxy http://user:pa55@proxy:3128/ used', 'proxy http://[redacted:url]@proxy:3128/ used'],
  ['out: "Authorization": "Bearer abc.def"', 'out: "Authorization": "[redacted:header]"'],
  ['err: password=hunter two', 'err: password=[redacted:secret-name]'],
  ['API_TOKEN: deadbeef1', 'API_TOKEN: [redacted:secret-name]'],
  ['clone https://T0KEN@host/x', 'clone https://[redacted:url]@host/x'],
  ['http://:pw@h', 'http://[redacted:url]@h'],
  ['https://u:a/b@h/v2/', 'https://[redacted:url]@h/v2/'],
  ['out: 密码：hunter2', 'out: 密码：[redacted:secret-name]'],
  ['https://example.com/path', 'https://example.com/path'],
  [
    'ssh: debug1: Server host key: ssh-ed25519 SHA256:x',
    'ssh: debug1: Server host key: ssh-ed25519 SHA256:x',
  ],
])('%s', (line, shown) => {
  expect(redactor([undefined])(line)).toBe(shown);
});

test('what was found once is not in later lines', () => {
  const redact = redactor([]);
  redact('out: DB_PASSWORD=hunter2-and-more');
  expect(redact('err: connecting with hunter2-and-more')).toBe(
    'err: connecting with [redacted:known-secret]',
  );
});

test('a given secret is not put together from its parts', () => {
  expect(redactor([new Secret('hunter2')])('a hun\u200bter2 b')).toBe('a *** b');
});

test('a secret does not come out by itself', () => {
  const secret = new Secret('hunter2');
  expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
  expect(String(secret)).toBe('***');
  expect(Object.values(secret)).toEqual([]);
});
