import { basename, dirname } from 'node:path';
import { listFolder, orIfMissing, stat } from '../../host/files.ts';
import { LogFile } from './log-file.ts';

/** Numbers in the names of a log's older files, with or without `.gz`. */
export async function olderNumbers(log: string): Promise<readonly number[]> {
  const prefix = `${basename(log)}.`;
  const numbers = (await listFolder(dirname(log)))
    .filter((name) => name.startsWith(prefix))
    .map((name) => /^(\d+)(?:\.gz)?$/.exec(name.slice(prefix.length))?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/**
 * Opens the files of a log, from the newest on, up to one that is known already. A file that is renamed on the way is met again under
 * its next number, so none is left out, and none is opened twice.
 *
 * @returns the oldest first
 */
export async function openFiles(log: string, known?: bigint): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  const seen = new Set<bigint>();
  const last = (await olderNumbers(log)).at(-1) ?? 0;
  for (let number = 0; ; number += 1) {
    const file = await LogFile.open(log, number);
    if (file === undefined) {
      if (number > last) break;
      continue;
    }
    if (seen.has(file.inode) || file.inode === known) {
      await file.close();
      if (file.inode === known) break;
      continue;
    }
    seen.add(file.inode);
    files.push(file);
  }
  return files.reverse();
}

/** What the newest file is known by; `undefined` for the moment in which a log has none. */
export async function newestInode(log: string): Promise<bigint | undefined> {
  return (await orIfMissing(stat(log, { bigint: true }), undefined))?.ino;
}
