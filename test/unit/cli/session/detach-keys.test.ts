import { describe, expect, test } from 'vitest';
import { DetachScanner, parseDetachKeys } from '../../../../runtime/cli/session/detach-keys.ts';

describe('parseDetachKeys', () => {
  test.each([
    ['ctrl-p,ctrl-q', [16, 17]],
    ['ctrl-@,ctrl-[,ctrl-_', [0, 27, 31]],
    ['ctrl-x,x', [24, 120]],
    ['', []],
  ])('%j', (keys, bytes) => {
    expect([...parseDetachKeys(keys)]).toEqual(bytes);
  });

  test.each(['ctrl-P', 'ctrl-', 'alt-x', 'ctrl-p,'])('%j is refused', (keys) => {
    expect(() => parseDetachKeys(keys)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});

describe('DetachScanner', () => {
  const scan = (keys: string, ...inputs: readonly string[]): readonly string[] => {
    const scanner = new DetachScanner(parseDetachKeys(keys));
    return inputs.map((input) => {
      const { send, detached } = scanner.scan(Buffer.from(input));
      return Buffer.from(send).toString() + (detached ? ' [detached]' : '');
    });
  };

  test('finds the keys, together and apart', () => {
    expect(scan('ctrl-p,ctrl-q', 'ab\x10\x11rest')).toEqual(['ab [detached]']);
    expect(scan('ctrl-p,ctrl-q', 'ab\x10', '\x11')).toEqual(['ab', ' [detached]']);
  });

  test('holds the first key back, and sends it when no second follows', () => {
    expect(scan('ctrl-p,ctrl-q', '\x10', 'x', '\x11')).toEqual(['', '\x10x', '\x11']);
  });

  test('the first key twice is once for the container and once a new beginning', () => {
    expect(scan('ctrl-p,ctrl-q', '\x10\x10', '\x11')).toEqual(['\x10', ' [detached]']);
  });

  test('without keys everything passes', () => {
    expect(scan('', '\x10\x11')).toEqual(['\x10\x11']);
  });
});
