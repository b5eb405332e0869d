import { expect, test } from 'vitest';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { ErrorCode } from '../../../runtime/errors/catalogue.ts';
import { inEngineWords } from '../../../runtime/oci/engine-words.ts';

const said = (code: ErrorCode, details: Readonly<Record<string, unknown>>): string =>
  inEngineWords(new BerthError(code, { message: 'm', details }));

// What daemon/errors.go of moby 28.5.2 and libpod/oci_util.go of podman 4.3.1 look for.
test.each([
  ['EXEC_NOT_FOUND', { program: 'ls' }, 'exec: "ls": executable file not found in $PATH'],
  ['EXEC_NOT_FOUND', { program: '/ls' }, 'no such file or directory'],
  ['EXEC_NOT_EXECUTABLE', { program: '/etc' }, 'permission denied'],
  ['START_FAILED', { errno: 'ENOENT' }, 'm: no such file or directory'],
  ['START_FAILED', { errno: 'EACCES' }, 'm: permission denied'],
  ['EXEC_FAILED', { errno: 'ENOENT', call: 'chdir' }, 'chdir: m: no such file or directory'],
] as const)('%s with %j is told as engines know it', (code, details, words) => {
  expect(said(code, details)).toContain(words);
});

test('everything else is told as it is', () => {
  expect(said('START_FAILED', {})).toBe('m');
  expect(said('OCI_ID_INVALID', { id: 'x' })).toBe('m');
});
