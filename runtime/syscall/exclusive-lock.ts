import { isBerthError } from '../errors/berth-error.ts';
import {
  AT_FDCWD,
  LOCK_EX,
  LOCK_NB,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
} from './constants/fs.ts';
import { POLLFD_SIZE } from './constants/io.ts';
import { PR_SET_NAME } from './constants/process.ts';
import { launcherFd } from './launcher-program.ts';
import type { Launcher } from './launcher.ts';
import { ProgramBuilder } from './program-builder.ts';

/**
 * Takes an exclusive lock on a file (flock(2)) for as long as this process lives and uses the launcher. A small
 * process of its own holds it and ends when the launcher's socket is closed, so that a killed process never leaves a
 * lock behind.
 * @param access `made`: the file is made if it is not there; `read`: it is there, and may be read only
 * @returns false when somebody else has the lock.
 * @throws SYSCALL_FAILED when the file cannot be opened.
 */
export async function takeExclusiveLock(
  launcher: Launcher,
  path: string,
  access: 'made' | 'read' = 'made',
): Promise<boolean> {
  const p = new ProgramBuilder(`lock ${path}`);
  const flags = access === 'made' ? O_RDWR | O_CREAT : O_RDONLY;
  const args = [AT_FDCWD, p.string(path), flags | O_CLOEXEC, 0o600];
  const fd = p.call('open the lock file', 'openat', args);
  p.call('lock', 'flock', [fd, LOCK_EX | LOCK_NB]);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-lock')]);
  p.reply(p.reserve(8), 8);
  // No events are asked for: poll(2) still tells of the other side's end.
  const polled = p.reserve(POLLFD_SIZE);
  p.store(32, polled, launcherFd);
  p.call('hold the lock', 'ppoll', [polled, 1, 0, 0, 0]);
  try {
    await launcher.spawn(p);
    return true;
  } catch (error) {
    if (isBerthError(error, 'SYSCALL_FAILED') && error.details['errno'] === 'EAGAIN') return false;
    throw error;
  }
}
