import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * What a process has open: number and target of each descriptor. Test files share their process, and what an earlier one
 * held may be closed meanwhile: so ask which of them are new, never whether they are as many as before.
 *
 * @param pid This process when absent.
 */
export function openDescriptors(pid: number | 'self' = 'self'): readonly string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`];
    } catch {
      // The one that the folder was read with.
      return [];
    }
  });
}

/** Those of `now` that were not there `before`. */
export function newOnes(now: readonly string[], before: readonly string[]): readonly string[] {
  return now.filter((each) => !before.includes(each));
}

/**
 * Frees what nothing refers to any more, which earlier test files have left in this process too, so that memory that is
 * measured afterwards is that of one's own test.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
}

/** Whether a process is there and is more than a zombie, which nobody may have reaped yet. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
