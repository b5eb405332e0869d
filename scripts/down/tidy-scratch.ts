import { dirname, join } from 'node:path';
import { listFolder, rm } from '../../runtime/host/files.ts';
import { mountsBelow } from '../host/mounts.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

/** Folders that live for a moment, by where they are made: the launcher's executable, the scratch of host checks. */
const launcherFolders = ['/run', '/tmp', '/var/lib', '/root'];
const launcherScratch = /^berth-launcher-\w{6}$/;
const checkScratch = /^\.berth-check-\w{6}$/;

/**
 * Removes what a berth that was killed has left of its scratch folders. Should another one be at work this very moment,
 * a launcher takes the next place, and a check says that it could not look.
 */
export async function tidyScratch(host: ProvisionHost, dataRoot: string): Promise<void> {
  for (const folder of launcherFolders) await removeMatching(host.path(folder), launcherScratch);
  for (const folder of withAncestors(dataRoot))
    await removeMatching(host.path(folder), checkScratch);
}

/** Checks make theirs in the data root, or, where that is missing, in the nearest folder above it. */
function withAncestors(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...withAncestors(above)];
}

async function removeMatching(folder: string, pattern: RegExp): Promise<void> {
  for (const name of await listFolder(folder)) {
    const path = join(folder, name);
    if (!pattern.test(name) || (await mountsBelow(path)).length > 0) continue;
    await rm(path, { recursive: true, force: true });
  }
}
