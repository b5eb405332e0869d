import { describe, expect, test } from 'vitest';

import { parseSignal } from '../../../runtime/container/model/signals.ts';

describe('parseSignal', () => {
  test.each([
    ['TERM', 15],
    ['sigterm', 15],
    ['SIGKILL', 9],
    ['9', 9],
    ['64', 64],
    ['RTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['RTMAX-1', 63],
  ])('reads %s', (text, number) => {
    expect(parseSignal(text)).toBe(number);
  });

  test.each(['', '0', '65', '-1', 'FOO', 'RTMIN+40', 'RTMAX+1', '1.5', 'toString'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseSignal(text)).toThrow(
        expect.objectContaining({ code: 'SIGNAL_INVALID', message: `invalid signal: ${text}` }),
      );
    },
  );
});
