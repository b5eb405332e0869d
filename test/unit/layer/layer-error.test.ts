import { expect, test } from 'vitest';

import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { toLayerError } from '../../../runtime/layer/layer-error.ts';

const syscall = (call: string, errno: string): BerthError =>
  new BerthError('SYSCALL_FAILED', { message: `${call}: ${errno}`, details: { call, errno } });

test.each([
  ['mknodat', 'EPERM', 'LAYER_UNPACK_FAILED', /CAP_MKNOD/],
  ['pwrite64', 'ENOSPC', 'LAYER_UNPACK_FAILED', /Free space/],
  ['openat', 'EDQUOT', 'LAYER_UNPACK_FAILED', /Free space/],
  ['openat', 'EIO', 'LAYER_UNPACK_FAILED', /See the cause/],
  ['fchownat', 'EPERM', 'LAYER_UNPACK_FAILED', /See the cause/],
  ['openat', 'ENAMETOOLONG', 'LAYER_INVALID', /from a source that you trust/],
])('%s: %s is %s, with a remedy', (call, errno, code, remedy) => {
  expect(toLayerError(syscall(call, errno))).toMatchObject({
    code,
    message: expect.stringContaining(`${call}: ${errno}`) as unknown,
    remedy: expect.stringMatching(remedy) as unknown,
  });
});

test('what has its own code stays as it is', () => {
  const error = new BerthError('LAYER_TOO_LARGE', { message: 'too large' });
  expect(toLayerError(error)).toBe(error);
  const other = new Error('of the caller');
  expect(toLayerError(other)).toBe(other);
});
