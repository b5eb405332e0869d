import { describe, expect, test } from 'vitest';
import { linesOf } from '../../../runtime/oci/commands/ps.ts';
import { parseDuration } from '../../../runtime/oci/duration.ts';
import { mountPointsBelow } from '../../../runtime/oci/unmount-below.ts';

test.each([
  ['5s', 5000],
  ['100ms', 100],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['0s', 0],
  ['', undefined],
  ['5', undefined],
  ['-5s', undefined],
  ['5 s', undefined],
])('the duration "%s" is %j ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

describe('ps(1)', () => {
  test('is shown for the processes of the container, whichever column has the number', () => {
    const output = 'USER   PID CMD\nroot    12 a\nroot   123 b 12\n';
    expect(linesOf(output, [12])).toBe('USER   PID CMD\nroot    12 a\n');
    expect(linesOf('  PID CMD\n   12 a\n  123 b\n', [123])).toBe('  PID CMD\n  123 b\n');
  });

  test('without the number of processes is refused', () => {
    expect(() => linesOf('USER CMD\nroot a\n', [12])).toThrow(
      expect.objectContaining({ code: 'OCI_PS_FAILED' }),
    );
  });
});

test('mounts below a folder are found, the last first, with blanks in their names', () => {
  const line = (path: string): string => `36 35 98:0 / ${path} rw - ext4 /dev/root rw`;
  const mountinfo = [
    '/',
    '/run/a',
    '/run/a/rootfs',
    '/run/ab',
    String.raw`/run/a/with\040blank`,
  ].map(line);
  expect(mountPointsBelow(mountinfo.join('\n'), '/run/a')).toEqual([
    ...['/run/a/with blank', '/run/a/rootfs', '/run/a'],
  ]);
});
