import { join } from 'node:path';
import {
  exists,
  hasErrno,
  listFolder,
  readTextIfExists,
  removeFile,
  rename,
  rm,
  rmdir,
} from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bundlesFolder, commandLink, currentLink } from '../program/bundle-home.ts';
import { commandTarget, linkTarget } from './install-bundle.ts';
import { manifestName } from './manifest.ts';

/** Beside the versions: folders that the installation had to make, a line each, the outermost first. */
const recordName = 'folders-made';

/**
 * Removes every installed bundle, the command that leads to it, and the folders that were made for it: also the very one
 * that runs this, because a program that runs keeps its files until it ends. What is not of berth stays, and the folders
 * with it. Does nothing where none is installed.
 */
export async function removeBundles(host: ProvisionHost): Promise<void> {
  const folder = host.path(bundlesFolder);
  const names = await listFolder(folder);
  if (names.length === 0) return;
  const command = host.path(commandLink);
  if ((await linkTarget(command)) === commandTarget) await removeFile(command);
  await removeFile(host.path(currentLink));
  const record = join(folder, recordName);
  const made = ((await readTextIfExists(record)) ?? '').split('\n').filter((line) => line !== '');
  for (const name of names) await removeVersion(join(folder, name), name);
  await removeFile(record);
  // Of an installation that was killed.
  await removeFile(join(folder, '.lock'));
  await removeEmpty(folder);
  for (const path of made.toReversed()) await removeEmpty(host.path(path));
}

/** A version, or what a killed installation left of one. */
async function removeVersion(path: string, name: string): Promise<void> {
  const isRest = name.startsWith('.new-') || name.startsWith('.old-');
  if (!isRest && !(await exists(join(path, manifestName)))) return;
  // Whoever looks sees a whole version or none.
  const doomed = isRest ? path : join(path, '..', `.old-${name}`);
  if (doomed !== path) await rename(path, doomed);
  await rm(doomed, { recursive: true, force: true });
}

/** Removes a folder when there is nothing in it; else it stays. */
export async function removeEmpty(path: string): Promise<void> {
  try {
    await rmdir(path);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'ENOTEMPTY', 'EEXIST', 'EBUSY')) throw error;
  }
}
