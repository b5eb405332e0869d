import type { Clock } from '../../host/clock.ts';
import { posix } from 'node:path';
import { hasErrno, orIfMissing, rmdir, stat } from '../../host/files.ts';

const attempts = 100;
const pauseMs = 10;

/** Removes cgroups whose processes are ending: rmdir(2) says EBUSY until the last is gone. */
export async function removeCgroups(folders: readonly string[], clock: Clock): Promise<void> {
  for (const folder of folders) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await orIfMissing(rmdir(folder), undefined);
        break;
      } catch (error) {
        if (!hasErrno(error, 'EBUSY') || attempt === attempts) throw error;
        await clock.sleep(pauseMs);
      }
    }
  }
}

const stickyBit = 0o1000;

/**
 * Removes the folders above those of a container, as far as berth has made them and no other container is in them: their
 * sticky bit tells (make-cgroups.ts). Who makes a container there at the same time makes them again.
 */
export async function removeSharedCgroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (let above = posix.dirname(folder); ; above = posix.dirname(above)) {
      const found = await orIfMissing(stat(above), undefined);
      if (found === undefined || (found.mode & stickyBit) === 0 || !(await removed(above))) break;
    }
  }
}

async function removed(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (hasErrno(error, 'EBUSY', 'ENOTEMPTY', 'ENOENT')) return false;
    throw error;
  }
}
