import { posix } from 'node:path';
import { hasErrno, lstat, readlink, realpath, stat } from '../../host/files.ts';
import { copyFailed, refusedCopy } from './copy-error.ts';
import { meansContent, shown, splitPath, withEndOf } from './copy-path.ts';
import type { CopyDestination, CopySource } from './copy-plan.ts';

/** A path as Node.js takes it. @param path latin1 */
export function asBytes(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

async function realPath(path: string): Promise<string> {
  return (await realpath(asBytes(path), { encoding: 'buffer' })).toString('latin1');
}

/** Where a link leads, as it says so; latin1. */
export async function linkTarget(path: string): Promise<string> {
  return (await readlink(asBytes(path), { encoding: 'buffer' })).toString('latin1');
}

/** The name that a path had before links were followed, when they led to another. */
export function nameBefore(before: string, after: string): string | undefined {
  const name = posix.basename(before);
  return name === posix.basename(after) ? undefined : name;
}

/**
 * What a path of this host names as a source: links before its last part are followed, those at its end when asked for, or
 * when a slash is behind them.
 *
 * @param path absolute, with its end
 * @throws COPY_FAILED
 */
export async function hostSource(path: string, links: 'follow' | 'copy'): Promise<CopySource> {
  try {
    const real = links === 'follow' ? withEndOf(await realPath(path), path) : await inFolder(path);
    const isFolder = (await lstat(asBytes(real))).isDirectory();
    const renamed = meansContent(path) ? undefined : nameBefore(path, real);
    return { path: real, isFolder, renamed };
  } catch (cause) {
    throw copyFailed(path, 'a file or folder to copy', cause);
  }
}

async function inFolder(path: string): Promise<string> {
  // A link with a slash behind it is the folder that it leads to.
  if (path.endsWith('/')) return withEndOf(await realPath(path), path);
  const slash = path.lastIndexOf('/') + 1;
  return posix.join(await realPath(path.slice(0, slash)), '/') + path.slice(slash);
}

/** As many links as Linux follows in a path (path_resolution(7)). */
const maxLinks = 40;

/**
 * What is at a path of this host that something is copied to: links at its end are followed, also one that leads to
 * nothing yet.
 *
 * @param path absolute, with its end
 * @throws COPY_INVALID, COPY_FAILED
 */
export async function hostDestination(path: string): Promise<CopyDestination> {
  try {
    return await destinationAt(path);
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT', 'ENOTDIR')) {
      throw refusedCopy(
        `there is no folder '${shown(splitPath(path).folder)}', wanted one to copy to`,
        'Make the folder first.',
      );
    }
    if (cause instanceof Error && 'code' in cause && !('remedy' in cause))
      throw copyFailed(path, 'a place to copy to', cause);
    throw cause;
  }
}

async function destinationAt(given: string): Promise<CopyDestination> {
  let path = given;
  for (let links = 0; links <= maxLinks; links += 1) {
    const entry = await lstat(asBytes(path)).catch((error: unknown) => {
      if (hasErrno(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (entry === undefined) {
      await stat(asBytes(posix.join(splitPath(path).folder, '/.')));
      return { path, found: 'nothing' };
    }
    if (entry.isDirectory()) return { path, found: 'folder' };
    if (entry.isCharacterDevice() || entry.isBlockDevice()) throw deviceGiven(given);
    // Whatever else it is, a pipe too, the copy takes its place.
    if (!entry.isSymbolicLink()) return { path, found: 'file' };
    path = posix.resolve(splitPath(path).folder, await linkTarget(path));
  }
  throw refusedCopy(`too many links at '${shown(given)}'`, 'Name another path.');
}

/** The error for a device as a destination. */
export function deviceGiven(path: string): Error {
  return refusedCopy(
    `'${shown(path)}' is a device, wanted a folder or a file to copy to`,
    'Name another path.',
  );
}
