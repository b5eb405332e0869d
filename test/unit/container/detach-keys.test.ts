import { describe, expect, test } from 'vitest';

import { DetachKeyFilter, parseDetachKeys } from '../../../runtime/container/attach/detach-keys.ts';

describe('parseDetachKeys', () => {
  test.each([
    ['ctrl-p,ctrl-q', [16, 17]],
    ['a', [97]],
    ['ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_', [0, 27, 28, 29, 30, 31]],
    ['ctrl-a,z,DEL', [1, 122, 127]],
  ])('reads %s', (text, bytes) => {
    expect([...parseDetachKeys(text)]).toEqual(bytes);
  });

  test.each(['', 'ab', 'ctrl-', 'ctrl-ab', 'a,', 'ctrl-1', 'CTRL-A', 'del', 'é'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseDetachKeys(text)).toThrow(`Invalid detach keys (${text}) provided`);
    },
  );
});

describe('DetachKeyFilter', () => {
  const typed = (...chunks: readonly string[]): { passed: string; detached: boolean } => {
    const filter = new DetachKeyFilter(parseDetachKeys('ctrl-p,ctrl-q'));
    const results = chunks.map((chunk) => filter.push(Buffer.from(chunk)));
    const passed = results.map((result) => result.passed.toString()).join('');
    return { passed, detached: results.some((result) => result.detached) };
  };

  test('passes everything else on', () => {
    expect(typed('hello', ' world')).toEqual({ passed: 'hello world', detached: false });
  });

  test('finds the sequence, also across chunks', () => {
    expect(typed('ab\x10\x11cd')).toEqual({ passed: 'ab', detached: true });
    expect(typed('ab\x10', '\x11')).toEqual({ passed: 'ab', detached: true });
  });

  test('gives back what was only the beginning of it', () => {
    expect(typed('\x10', 'x')).toEqual({ passed: '\x10x', detached: false });
    expect(typed('\x10\x10\x11')).toEqual({ passed: '\x10', detached: true });
  });
});
