import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RedactingStream } from '../../../../scripts/report/redaction/redacting-stream.ts';
import { Redactor } from '../../../../scripts/report/redaction/redactor.ts';

function pass(bytes: Buffer, sizes: readonly number[], redactor = new Redactor()): string {
  const stream = new RedactingStream(redactor);
  let out = '';
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    out += stream.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out + stream.end();
}

const key = `-----BEGIN PRIVATE KEY-----\n${'c4naryc4naryc4naryc4naryc4naryc4naryc4naryc4nary\n'.repeat(40)}-----END PRIVATE KEY-----`;
const secrets = [
  'DB_PASSWORD=c4nary-1',
  '{"token":"c4nary-2 with more"}',
  'https://bob:c4nary-3@host/',
  `password: "${'c4nary'.repeat(200)}"`,
  `x=${Buffer.from('password=c4nary-5').toString('base64')}`,
  key,
];

describe('a secret never comes out, wherever the stream is cut', () => {
  test('in every pair of halves', () => {
    for (const secret of secrets.slice(0, 5)) {
      const bytes = Buffer.from(`before\n${secret}\nafter é 数据\n`);
      const whole = pass(bytes, [bytes.length]);
      expect(whole).not.toMatch(/c4nary|YzRuYX|M0bmFye|jNG5hcn/);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        expect(pass(bytes, [cut, bytes.length])).toBe(whole);
      }
    }
  });

  test('in pieces of any size, at any place of a long text', () => {
    const line = fc.constantFrom(
      'an ordinary line of a log, user=bob',
      ' ',
      'x'.repeat(3000),
      'é数据',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: line }, fc.constantFrom(...secrets)), {
          minLength: 20,
          maxLength: 120,
        }),
        fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 1, maxLength: 8 }),
        (lines, sizes) => {
          const text = lines.join('\n');
          const out = pass(Buffer.from(text), sizes);
          expect(out).not.toMatch(/c4nary|YzRuYX|M0bmFye|jNG5hcn/);
          const ordinary = (of: string): number => of.split('an ordinary line of a log').length;
          expect(ordinary(out)).toBe(ordinary(text));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('text without secrets comes out as it went in', () => {
  const text = 'line é 数据 with user=bob and path=/usr/bin\n'.repeat(20_000);
  expect(pass(Buffer.from(text), [7, 4096, 65_537])).toBe(text);
});

test('a known secret is found across the edges of windows', () => {
  const redactor = new Redactor();
  redactor.learn(['canary-b1rd']);
  const text = 'canary-b1rd,'.repeat(30_000);
  expect(pass(Buffer.from(text), [1000], redactor)).not.toMatch(/canary|b1rd/);
});

test('a secret without an end is dropped to the end of its line, and holds no memory', () => {
  const stream = new RedactingStream(new Redactor());
  let out = stream.push(Buffer.from('before\n{"password":"'));
  for (let turn = 0; turn < 200; turn += 1) out += stream.push(Buffer.alloc(50_000, 'c4nary '));
  out += stream.push(Buffer.from('\nafter\n')) + stream.end();
  expect(out).toMatch(/^before\n/);
  expect(out).toMatch(/\nafter\n$/);
  expect(out).not.toContain('c4nary');
  expect(out.length).toBeLessThan(1000);
});

test('bytes that are no text do no harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      expect(typeof pass(Buffer.from(bytes), [100])).toBe('string');
    }),
    { numRuns: 50 },
  );
});
