import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { expect, test } from 'vitest';

import { temporaryFolder } from '../layer/support.ts';

test('an image can be removed from a disk that is full to the last byte', async () => {
  const program = join(import.meta.dirname, 'remove-on-full-disk-child.ts');
  // A mount namespace of its own: the small file system goes with the process.
  const script = 'mount -t tmpfs -o size=4m none "$1" && "$2" "$3" "$1/images"';
  const { stdout } = await promisify(execFile)('unshare', [
    ...['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'],
    ...[await temporaryFolder(), process.execPath, program],
  ]);
  expect(stdout.match(/ENOSPC/g)).toHaveLength(2);
  expect(stdout).toContain('0 names, 0 blobs');
});
