import { describe, expect, test } from 'vitest';

import {
  parseProcessList,
  refuseOtherPids,
} from '../../../runtime/container/query/parse-process-list.ts';

const output = `UID          PID    PPID  C STIME TTY          TIME CMD
root           1       0  0 08:00 ?        00:00:00 init
root         100       1  0 08:00 ?        00:00:00 sleep 100 with  blanks
root         200       1  0 08:00 ?        00:00:00 other
`;

describe('the lines of ps(1)', () => {
  test('are those of the container, a field for each title', () => {
    expect(parseProcessList(output, [100, 300])).toEqual({
      titles: ['UID', 'PID', 'PPID', 'C', 'STIME', 'TTY', 'TIME', 'CMD'],
      processes: [['root', '100', '1', '0', '08:00', '?', '00:00:00', 'sleep 100 with blanks']],
    });
  });

  test('have those of threads after their process, and no others', () => {
    const threads = 'PID LWP CMD\n1 - a\n- 1 -\n2 - b\n- 2 -\n- 3 -\n';
    expect(parseProcessList(threads, [2]).processes).toEqual([
      ['2', '-', 'b'],
      ['-', '2', '-'],
      ['-', '3', '-'],
    ]);
  });

  test('part at blanks of ASCII alone', () => {
    const odd = 'PID CMD\n7 a\u2028b\u00a0c d\n';
    expect(parseProcessList(odd, [7]).processes).toEqual([['7', 'a\u2028b\u00a0c d']]);
  });

  test.each([
    ['USER CMD\nroot x\n', "Couldn't find PID field in ps output"],
    ['PID CMD\nseven x\n', "Unexpected pid 'seven': not a number"],
    ['', "Couldn't find PID field in ps output"],
  ])('%j is refused', (text, message) => {
    expect(() => parseProcessList(text, [7])).toThrow(message);
  });
});

test('another column must not be called PID: it would show processes of the host', () => {
  expect(() => {
    refuseOtherPids('-o pid=PID,ppid= -o ppid=PID');
  }).toThrow('specifying "ppid=PID" is not allowed');
  refuseOtherPids('-o pid=PID');
  refuseOtherPids('-eo pid,ppid,comm');
});
