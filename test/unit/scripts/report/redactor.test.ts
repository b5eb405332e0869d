import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../../scripts/report/redaction/redactor.ts';

const canary = 'c4nary-&<"b1rd';
const bytes = Buffer.from(canary);

/** The canary as it may be written, in the midst of something else. */
const written: readonly (readonly [string, string])[] = [
  ['plain', `x ${canary} y`],
  ['JSON', JSON.stringify({ a: `x ${canary} y` })],
  ['JSON within JSON', JSON.stringify(JSON.stringify({ a: canary }))],
  ['HTML', 'x c4nary-&amp;&lt;&quot;b1rd y'],
  [
    'numbered entities',
    Array.from(canary)
      .map((each) => `&#${each.codePointAt(0)};`)
      .join(''),
  ],
  ['a URL', `https://h/?q=${encodeURIComponent(canary)}`],
  ['a URL, every byte', [...bytes].map((each) => `%${each.toString(16)}`).join('')],
  ['base64', bytes.toString('base64')],
  ['base64url', bytes.toString('base64url')],
  ['base64 behind one byte', Buffer.from(`a${canary}bc`).toString('base64')],
  ['base64 behind two bytes', Buffer.from(`ab${canary}c`).toString('base64')],
  ['base64 twice', Buffer.from(bytes.toString('base64')).toString('base64')],
  ['base64 glued to a word', `token/${Buffer.from(`xyz${canary}xyz`).toString('base64')}`],
  [
    'base64 on lines',
    (
      Buffer.from(`${'x'.repeat(60)}${canary}${'y'.repeat(60)}`)
        .toString('base64')
        .match(/.{1,20}/g) ?? []
    ).join('\n'),
  ],
  ['base64 of gzip', gzipSync(`some text before ${canary}`).toString('base64')],
  ['hex', bytes.toString('hex')],
  ['HEX', bytes.toString('hex').toUpperCase()],
  ['hex with colons', (bytes.toString('hex').match(/../g) ?? []).join(':')],
  ['escapes', [...bytes].map((each) => `\\x${each.toString(16)}`).join('')],
  ['Unicode escapes', [...bytes].map((each) => `\\u00${each.toString(16)}`).join('')],
  ['octal', [...bytes].map((each) => `\\${each.toString(8).padStart(3, '0')}`).join('')],
  ['UTF-16', Buffer.from(canary, 'utf16le').toString('utf8')],
  ['backwards', Array.from(canary).toReversed().join('')],
];

/** Everything that a reader could still make the canary of. */
function traces(text: string): readonly string[] {
  const parts = [
    canary,
    'c4nary',
    'b1rd',
    'yran4c',
    '6334',
    '\\x63\\x34',
    'YzRuYX',
    'M0bmFye',
    'jNG5hcn',
  ];
  return parts.filter((part) => text.includes(part));
}

describe('a known secret is taken out', () => {
  test.each(written)('in %s', (_how, text) => {
    const redactor = new Redactor();
    redactor.learn([canary]);
    const redacted = redactor.text(text);
    expect(traces(redacted)).toEqual([]);
    expect(redacted).toContain('[redacted:');
  });

  test.each(written)('in %s, when it became known only afterwards', (_how, text) => {
    const redactor = new Redactor();
    const before = redactor.text(text);
    redactor.learn([canary]);
    expect(traces(redactor.again(before))).toEqual([]);
  });
});

test('what a rule finds once is found everywhere, without its name too', () => {
  const redactor = new Redactor();
  redactor.text('DB_PASSWORD=hunter2-and-more');
  expect(redactor.text('connecting with hunter2-and-more now')).toBe(
    'connecting with [redacted:known-secret] now',
  );
});

test('a password in an encoded header is known from then on', () => {
  const redactor = new Redactor();
  redactor.text(`Authorization: Basic ${Buffer.from('bob:s3cr3t-pass').toString('base64')}`);
  expect(redactor.text('s3cr3t-pass bob')).toBe('[redacted:known-secret] bob');
});

test('ordinary words are not searched for, whatever they were the value of', () => {
  const redactor = new Redactor();
  redactor.value({ password: 'docker', token: 'admin', secret: '/etc/berth' });
  expect(redactor.text('docker admin /etc/berth')).toBe('docker admin /etc/berth');
});

describe('values', () => {
  test('are redacted by the names of fields, in lists of variables and in command lines', () => {
    const redactor = new Redactor();
    const value = {
      Config: {
        Env: ['PATH=/bin', 'API_TOKEN=c4nary1', 'LANG=C'],
        Cmd: ['serve', '--db-password', 'c4nary2', '--port', '80'],
        Entrypoint: ['mysql', '-pc4nary3'],
        Labels: { 'com.example.secret': 'c4nary4', role: 'web' },
      },
      auths: { 'r.example': { auth: 'Ym9iOmM0bmFyeTU=', email: 'c4nary5' } },
      pin: 12,
      password: 123_456,
      credentials: { any: 'c4nary6' },
      tokenType: 'bearer',
      pass: 12,
    };
    const redacted = JSON.stringify(redactor.value(value));
    expect(redacted).not.toMatch(/c4nary|Ym9i|123456/);
    for (const stays of ['PATH=/bin', 'LANG=C', '--port', '"80"', 'web', 'bearer', '"pass":12']) {
      expect(redacted).toContain(stays);
    }
  });

  test('keep their shape, and are redacted only once', () => {
    const redactor = new Redactor();
    const once = redactor.value({ a: [1, null, true, { password: 'abc-12345' }] });
    expect(once).toEqual({ a: [1, null, true, { password: '[redacted:secret-name]' }] });
    expect(redactor.value(once)).toEqual(once);
    expect(redactor.counts).toEqual({ 'secret-name': 1 });
  });
});

test('says how many values it took out, by rule', () => {
  const redactor = new Redactor();
  redactor.text('A_TOKEN=abc12345\nhttps://u:p4ssw0rd@h/ AKIAIOSFODNN7EXAMPLE');
  expect(redactor.counts).toEqual({ 'secret-name': 1, token: 1, url: 1 });
});

test('what is learned from credential files is not counted: it was not in the report', () => {
  const redactor = new Redactor();
  redactor.learnFrom('password=abc12345');
  expect(redactor.counts).toEqual({});
});

test('texts made to be slow are not: the time grows with their length, not with its square', () => {
  const units = ['canary-b1rd,', '-eyJ', 'cookie:', 'password="', '\\u0041', '%41', '&#65;', 'aa:'];
  const keys = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----\n', 'user:pass:', 'a:b@'];
  const proxies = [
    'proxy=',
    'HTTPS_PROXY=http://a:',
    'proxy="',
    'proxy="http://a:b\\"',
    '["',
    '["-p",',
  ];
  const pairs = [
    '"name":"A_TOKEN","value":"',
    '"value":"x","name":"',
    'value: x\nname: y\n',
    'pwd=',
  ];
  const commands = [
    'echo a:b ',
    'echo a:',
    'chpasswd <<< a:',
    'identified by "',
    'identified ',
    'ss://',
  ];
  const structures = [...proxies, ...pairs, ...commands];
  for (const unit of [...units, ...keys, ...structures, '://a:', 'mysql -p', '\\"', 'x-', 'A+/']) {
    // What is quadratic takes minutes here, and so ends by the test's time limit.
    expect(typeof new Redactor().text(unit.repeat(100_000 / unit.length))).toBe('string');
  }
});
