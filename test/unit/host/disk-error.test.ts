import { expect, test } from 'vitest';
import { BerthError, messageOf } from '../../../runtime/errors/berth-error.ts';
import { toDiskError } from '../../../runtime/host/disk-error.ts';
import { hasErrno } from '../../../runtime/host/files.ts';
import { stepFailure } from '../../../runtime/syscall/step-failure.ts';

/** As Node.js throws it. */
const thrown = (message: string, properties: object): Error =>
  Object.assign(new Error(message), properties);

/** Seen of Node.js 26, which has no name for it. */
const quota = thrown('Unknown system error -122: Unknown system error -122, write', {
  ...{ errno: -122, code: 'Unknown system error -122', syscall: 'write' },
});

test.each([
  [
    thrown('ENOSPC: no space left on device, write', {
      code: 'ENOSPC',
      syscall: 'write',
      path: '/x',
    }),
    'write /x: no space left on device',
  ],
  [quota, 'write: disk quota exceeded'],
  [
    thrown("EROFS: read-only file system, open '/x'", {
      code: 'EROFS',
      syscall: 'open',
      path: '/x',
    }),
    'open /x: read-only file system',
  ],
])('%s', (error, message) => {
  expect(toDiskError(error)).toMatchObject({
    ...{ code: 'DISK_UNWRITABLE', message, cause: error },
    remedy: expect.any(String) as unknown,
  });
});

test('what is no fault of the disk, or has its code, stays as it is', () => {
  const other = thrown('EACCES: permission denied', { code: 'EACCES' });
  expect(toDiskError(other)).toBe(other);
  const own = new BerthError('DAEMON_STOPPING', { message: 'it stops' });
  expect(toDiskError(own)).toBe(own);
});

test('a quota that is used up has its name, of Node.js and of system call programs', () => {
  expect(hasErrno(quota, 'EDQUOT')).toBe(true);
  expect(hasErrno(quota, 'ENOSPC')).toBe(false);
  expect(messageOf(quota)).toBe('EDQUOT: disk quota exceeded, write');
  const failed = { program: 'p', label: 'write /x', call: 'write' };
  expect(stepFailure({ ...failed, errno: 122 }).message).toMatch(/EDQUOT: disk quota exceeded$/);
  expect(stepFailure({ ...failed, errno: 28 }).message).toMatch(/no space left on device$/);
});
