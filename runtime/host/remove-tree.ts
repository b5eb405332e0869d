import { readdir, rmdir, unlink } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { hasErrno, orIfMissing } from './files.ts';

/** As many as the threads that do it have to do for a while. */
const atOnce = 32;

/**
 * Removes what is at a path, a folder with all that is in it; nothing happens when nothing is there. Symbolic links are removed,
 * not followed. What is beside each other is removed side by side: `rm` of Node.js asks for each file what it is, which takes a
 * container of twenty files three times as long.
 *
 * @throws the errors of rmdir(2) and unlink(2): EBUSY for a mount point, ENOTEMPTY when somebody adds to it meanwhile
 */
export async function removeTree(path: string): Promise<void> {
  // Names in a container are bytes, and need not be UTF-8.
  const bytes = Buffer.from(path);
  try {
    await removeFolder(bytes);
  } catch (error) {
    // A symbolic link to a folder is none (rmdir(2)), nor is what is below a file.
    if (!hasErrno(error, 'ENOTDIR')) throw error;
    await orIfMissing(unlink(bytes), undefined);
  }
}

/** An empty folder is gone at once, and one that is not is known to be one. */
async function removeFolder(path: Buffer): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (hasErrno(error, 'ENOTEMPTY', 'EEXIST')) await removeFilledFolder(path);
    else if (!hasErrno(error, 'ENOENT')) throw error;
  }
}

async function removeFilledFolder(path: Buffer): Promise<void> {
  const entries = await unlessGone(readdir(path, { encoding: 'buffer', withFileTypes: true }));
  for (let from = 0; from < (entries?.length ?? 0); from += atOnce) {
    const some = entries?.slice(from, from + atOnce) ?? [];
    await Promise.all(some.map((entry) => removeEntry(path, entry)));
  }
  await unlessGone(rmdir(path));
}

async function removeEntry(folder: Buffer, entry: Dirent<Buffer>): Promise<void> {
  const path = Buffer.concat([folder, slash, entry.name]);
  // Node.js has asked where the file system does not say the kind (readdir(3)).
  if (entry.isDirectory()) await removeFolder(path);
  else await unlessGone(unlink(path));
}

const slash = Buffer.from('/');

async function unlessGone<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
