import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrno } from './files.ts';

/**
 * Makes a folder, and those above it that are missing (`mkdir -p`). Resolves with the outermost one that was made;
 * `undefined`: it was there. Node.js's own `recursive` takes ENOENT for a missing parent, again and again, and proc(5) says
 * ENOENT to every new name.
 *
 * @param mode Permission bits of each folder made; the umask applies.
 * @throws the errors of mkdir(2); EEXIST and ENOTDIR when something else than a folder is there
 */
export async function makeFolders(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    return await makeFolder(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if (!hasErrno(error, 'ENOENT') || parent === path) throw error;
    const outermost = await makeFolders(parent, mode);
    return (await makeFolder(path, mode)) === undefined ? outermost : (outermost ?? path);
  }
}

/** Makes one folder; `undefined`: it was there. */
async function makeFolder(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    const isThere = hasErrno(error, 'EEXIST', 'EROFS', 'EACCES', 'EPERM');
    if (isThere && (await isFolder(path))) return undefined;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
