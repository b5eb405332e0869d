import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../syscall/constants/fs.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import type { ProgramRunner } from '../syscall/run-image.ts';

/** A slow disk with much in its cache may take minutes. */
const timeoutMs = 600_000;

/**
 * Brings all that was written to the file system of `folder` to its disk (syncfs(2)): one call for a hundred
 * thousand files, where fsync(2) would have to be called for each.
 *
 * @throws SYSCALL_FAILED, also when the disk has reported an error since the last time
 */
export async function syncFileSystem(runner: ProgramRunner, folder: string): Promise<void> {
  const p = new ProgramBuilder('sync the file system');
  const fd = p.call(`open "${folder}"`, 'openat', [
    AT_FDCWD,
    p.string(folder),
    O_RDONLY | O_CLOEXEC,
    0,
  ]);
  p.call(`sync "${folder}"`, 'syncfs', [fd]);
  await runner.run(p, { timeoutMs });
}
