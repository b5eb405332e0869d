import { constants, closeSync, fsyncSync, openSync } from 'node:fs';
import {
  access,
  open,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  unlink,
  writeFile as writeNodeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What Node.js calls EDQUOT, for which it has no name: the number is the same on all that berth runs on. */
const quotaCode = 'Unknown system error -122';

/** Whether `error` is a Node.js system error with the given errno name, such as `ENOENT`. */
export function hasErrno(error: unknown, ...names: readonly string[]): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  return names.includes(error.code === quotaCode ? 'EDQUOT' : String(error.code));
}

/** Resolves `promise`, or `fallback` when what it looks for is not there (ENOENT, ENOTDIR). */
export async function orIfMissing<T, F>(promise: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await promise;
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return fallback;
    throw error;
  }
}

/** Reads a UTF-8 file; `undefined` when there is none. */
export function readTextIfExists(path: string): Promise<string | undefined> {
  return orIfMissing(readFile(path, 'utf8'), undefined);
}

/** Names in a folder, sorted; none when the folder is missing. */
export async function listFolder(path: string): Promise<readonly string[]> {
  return (await orIfMissing(readdir(path), [])).sort();
}

/** Whether something is at `path`, following links. */
export async function exists(path: string): Promise<boolean> {
  return (await orIfMissing(stat(path), undefined)) !== undefined;
}

/** Whether this process may write to a file, or make something in a folder (access(2)). */
export async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Makes a folder's entries durable (fsync(2) on the directory). */
export function syncFolder(path: string): void {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** How `writeFileWhole` writes. */
export interface WriteOptions {
  /** Permission bits, exactly (the umask does not apply). */
  readonly mode: number;
  /** `disk`: survives a power cut (fsync of file and folder). `memory`: only ever seen whole. */
  readonly durability: 'disk' | 'memory';
  readonly owner?: { readonly uid: number; readonly gid: number };
}

let temporaryNumber = 0;
const temporaryName = /\.\d+-\d+\.tmp$/;

/**
 * Writes a file so that a reader sees the old bytes or the new ones, never a part: temporary file beside it,
 * fsync, rename(2), fsync of the folder. On failure nothing is left behind.
 */
export async function writeFileWhole(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions,
): Promise<void> {
  temporaryNumber += 1;
  const temporary = `${path}.${process.pid}-${temporaryNumber}.tmp`;
  try {
    await writeNew(temporary, data, options);
    await rename(temporary, path);
  } catch (error) {
    // What did not work is told, not what did not work afterwards: on a read-only file system that is the same once more.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw named(error, path);
  }
  if (options.durability === 'disk') syncFolder(dirname(path));
}

async function writeNew(
  path: string,
  data: string | Uint8Array,
  { mode, durability, owner }: WriteOptions,
): Promise<void> {
  // Node.js opens, writes and closes on one of its threads, without a way back to here between.
  if (durability === 'memory' && owner === undefined && isWhole(mode)) {
    await writeNodeFile(path, data, { mode, flag: 'wx' });
    return;
  }
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(data);
    await file.chmod(mode);
    if (owner) await file.chown(owner.uid, owner.gid);
    if (durability === 'disk') await file.sync();
  } finally {
    await file.close();
  }
}

/** Whether what is made with these permission bits has them, whatever umask anybody works with. */
function isWhole(mode: number): boolean {
  return (mode & 0o077) === 0;
}

/** Writes a file where it is, as Node.js does; an error has the path with it. */
export async function writeFile(
  path: string,
  data: string | Uint8Array,
  options: { readonly mode?: number; readonly flag?: string } = {},
): Promise<void> {
  try {
    await writeNodeFile(path, data, options);
  } catch (error) {
    throw named(error, path);
  }
}

/** Of a descriptor Node.js does not say which file it is of: a full disk would have no name. */
function named(error: unknown, path: string): unknown {
  if (error instanceof Error && !('path' in error)) Object.assign(error, { path });
  return error;
}

/**
 * Writes a small file anew that others have mounted or open, and that therefore stays the one it is. What it has is not let go of
 * before the new text is there: on a full disk nobody else gets its room meanwhile. Made when it is missing.
 */
export async function rewriteFile(path: string, text: string, mode: number): Promise<void> {
  const old = await readTextIfExists(path);
  if (old === undefined) return writeFile(path, text, { mode });
  try {
    await overwrite(path, text);
  } catch (error) {
    // Half of it would be worse: the old text had room.
    await overwrite(path, old).catch(() => undefined);
    throw named(error, path);
  }
}

async function overwrite(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.writeFile(text);
    await file.truncate(Buffer.byteLength(text));
  } finally {
    await file.close();
  }
}

/** Takes away what a process that was killed in `writeFileWhole` has left in a folder. Nobody may be writing there. */
export async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await listFolder(folder)) {
    if (temporaryName.test(name)) await removeFile(join(folder, name));
  }
}

/** Writes to a file that is there, with one write(2), and leaves it as it is otherwise: for files of the kernel. */
export async function writeExisting(path: string, data: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY);
  try {
    await file.write(data);
  } finally {
    await file.close();
  }
}

/** Removes a file; nothing happens when it is already gone. */
export async function removeFile(path: string): Promise<void> {
  await orIfMissing(unlink(path), undefined);
}

export {
  chmod,
  chown,
  cp,
  link,
  lstat,
  lutimes,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  symlink,
  utimes,
} from 'node:fs/promises';
