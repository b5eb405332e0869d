import { describe, expect, test } from 'vitest';
import { olderVersion, segment } from '../../../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../../../runtime/cli/client/endpoint.ts';
import { splitImageName } from '../../../../runtime/cli/client/reference.ts';

describe('splitImageName', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  test.each([
    ['busybox', 'busybox', 'latest', false],
    ['busybox:1.36', 'busybox', '1.36', true],
    ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest', false],
    ['localhost:5000/a/b:c', 'localhost:5000/a/b', 'c', true],
    [`busybox@${digest}`, 'busybox', digest, true],
  ])('%s', (reference, name, tag, explicit) => {
    expect(splitImageName(reference)).toEqual({ name, tag, explicit });
  });
});

describe('parseEndpoint', () => {
  test('takes a unix socket', () => {
    expect(parseEndpoint('unix:///run/x.sock')).toEqual({ socketPath: '/run/x.sock' });
  });

  test.each(['', 'tcp://127.0.0.1:2375', '/run/x.sock', 'unix://x.sock'])(
    'refuses %j',
    (address) => {
      expect(() => parseEndpoint(address)).toThrow(
        expect.objectContaining({ code: 'ENDPOINT_INVALID', details: { address } }),
      );
    },
  );
});

test.each([
  ['1.9', '1.41', '1.9'],
  ['1.47', '1.41', '1.41'],
  ['2.0', '1.47', '1.47'],
  ['1.41', '1.41', '1.41'],
])('the older of %s and %s is %s', (a, b, older) => {
  expect(olderVersion(a, b)).toBe(older);
});

test('a name in a path is encoded, its slashes stay', () => {
  expect(segment('a b/c?d#e:f')).toBe('a%20b/c%3Fd%23e%3Af');
});
