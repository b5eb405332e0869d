import { hasErrno, open } from '../../host/files.ts';
import { isBerthError } from '../../errors/berth-error.ts';
import { LogFile } from './log-file.ts';

/**
 * Cuts a log off behind its last whole record. After a power cut the last one may be incomplete, and what the next run
 * of the program appends would be taken for the rest of it. The program must not be running.
 */
export async function repairLog(path: string): Promise<void> {
  const log = await LogFile.open(path, 0);
  try {
    await log.skipToEnd();
  } catch (error) {
    // Zeros or garbage at the end, which some file systems leave: what is before it is whole.
    if (!isBerthError(error, 'LOG_CORRUPT')) throw error;
  } finally {
    await log.close();
  }
  await truncate(path, log.offset);
}

async function truncate(path: string, length: number): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      if ((await file.stat()).size > length) await file.truncate(length);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}
