import type { Clock } from '../host/clock.ts';
import { hasErrno, orIfMissing, rmdir } from '../host/files.ts';

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
