import { dirname, join } from 'node:path';
import {
  chmod,
  exists,
  listFolder,
  readlink,
  orIfMissing,
  rename,
  rm,
  stat,
  symlink,
  syncFolder,
} from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { remedyFor } from '../apply/remedy-for.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bundleHome, bundlesFolder, commandLink, currentLink } from '../program/bundle-home.ts';
import { damagedFiles, readManifest } from './from-bundle.ts';
import { digestsName } from './manifest.ts';
import { settleFolder } from './settle-folder.ts';
import { unpackBundle } from './unpack-bundle.ts';

/** Where the link that people call leads to. */
export const commandTarget = join(currentLink, 'bin', 'berth');

/** Whether a version is installed: a folder appears whole, so its list of files says it. */
export function isInstalled(host: ProvisionHost, version: string): Promise<boolean> {
  return exists(host.path(join(bundleHome(version), digestsName)));
}

/** Version that `/opt/berth/current` leads to; `undefined` when there is none. */
export async function currentVersion(host: ProvisionHost): Promise<string | undefined> {
  return linkTarget(host.path(currentLink));
}

/** What a link holds; `undefined` when there is no link. */
export async function linkTarget(path: string): Promise<string | undefined> {
  // EINVAL: something else than a link.
  return orIfMissing(readlink(path), undefined).catch(() => undefined);
}

/**
 * Puts a bundle beside the versions that are there: unpacked and checked under another name, then renamed.
 *
 * @param source Archive (tar.gz), or the folder of an unpacked one.
 * @throws BerthError BUNDLE_NOT_INSTALLED when the disk does not take it, BUNDLE_CORRUPT when a file is not as the manifest has it, or it is another version
 */
export async function installBundle(
  host: ProvisionHost,
  wanted: { readonly version: string; readonly source: string },
): Promise<void> {
  const folder = host.path(bundlesFolder);
  const staging = join(folder, `.new-${process.pid}`);
  await makePublicFolders(folder);
  await removeStaging(host);
  try {
    await unpackBundle(wanted.source, staging);
    await requireWhole(staging, wanted);
    await settleFolder(staging);
    await rename(staging, host.path(bundleHome(wanted.version)));
  } catch (error) {
    if (isBerthError(error)) throw error;
    throw new BerthError('BUNDLE_NOT_INSTALLED', {
      message: m.notInstalled({ path: bundlesFolder, problem: messageOf(error) }),
      remedy: remedyFor(error),
      cause: error,
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  syncFolder(folder);
}

/** Clears away what a killed installation has left. The caller holds the lock of provisioning. */
export async function removeStaging(host: ProvisionHost): Promise<void> {
  const folder = host.path(bundlesFolder);
  for (const name of await listFolder(folder)) {
    if (name.startsWith('.new-')) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function requireWhole(
  folder: string,
  wanted: { readonly version: string; readonly source: string },
): Promise<void> {
  const manifest = await readManifest(folder);
  const isArchive = !(await stat(wanted.source)).isDirectory();
  const remedy = isArchive ? m.archiveRemedy() : m.corruptRemedy();
  if (manifest.version !== wanted.version) {
    throw new BerthError('BUNDLE_CORRUPT', {
      message: m.otherVersion({ ...wanted, found: manifest.version }),
      remedy,
    });
  }
  const damaged = await damagedFiles(folder, manifest);
  if (damaged.length === 0) return;
  throw new BerthError('BUNDLE_CORRUPT', {
    message: m.filesDamaged({ root: wanted.source, paths: damaged.join('", "') }),
    remedy,
    details: { damaged },
  });
}

/** Makes a version the one in use, by one rename(2). `undefined`: none is. */
export async function makeCurrent(host: ProvisionHost, version: string | undefined): Promise<void> {
  await pointLink(host.path(currentLink), version);
}

/** Makes the command that people call, unless something is there already. */
export async function linkCommand(host: ProvisionHost): Promise<void> {
  const path = host.path(commandLink);
  if ((await linkTarget(path)) !== undefined || (await exists(path))) return;
  await makePublicFolders(dirname(path));
  await pointLink(path, commandTarget);
}

/** Makes the folders that are missing, for everyone to read whatever the umask is, and durable. */
async function makePublicFolders(path: string): Promise<void> {
  const outermost = await makeFolders(path);
  if (outermost === undefined) return;
  for (let made = path; made.length >= outermost.length; made = dirname(made)) {
    await chmod(made, 0o755);
    syncFolder(dirname(made));
  }
}

/** Lets a link lead to `target`, at once and durably; `undefined` removes it. */
async function pointLink(path: string, target: string | undefined): Promise<void> {
  if (target === undefined) {
    await rm(path, { force: true });
    if (await exists(dirname(path))) syncFolder(dirname(path));
    return;
  }
  const temporary = `${path}.new-${process.pid}`;
  await rm(temporary, { force: true });
  await symlink(target, temporary);
  await rename(temporary, path);
  syncFolder(dirname(path));
}
