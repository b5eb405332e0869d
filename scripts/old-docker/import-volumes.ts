import { join } from 'node:path';
import { oldDockerMessages as m } from '../../messages/areas/old-docker.ts';
import {
  chmod,
  exists,
  listFolder,
  mkdir,
  readTextIfExists,
  rename,
  rm,
  syncFolder,
} from '../../runtime/host/files.ts';
import type { CommandRunner } from '../host/commands.ts';
import { runChecked } from '../host/commands.ts';
import type { Tell } from '../ui/progress.ts';

/** From one engine's folder of volumes to another's. */
export interface VolumeImport {
  /** Docker's `<data root>/volumes`. */
  readonly from: string;
  /** Berth's `<data root>/volumes`, which has the same layout: `<name>/_data`. */
  readonly to: string;
  readonly run: CommandRunner;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/**
 * Copies volumes with owners, modes, links, holes and extended attributes (cp(1)). A volume that is there already is left
 * alone; one that is killed half-way has another name until it is whole. Throws COMMAND_FAILED.
 */
export async function importVolumes(work: VolumeImport): Promise<void> {
  for (const name of await listFolder(work.from)) {
    work.signal.throwIfAborted();
    // Beside the volumes there is their database (metadata.db) and a device node.
    if (await exists(join(work.from, name, '_data'))) await importVolume(name, work);
  }
}

async function importVolume(name: string, work: VolumeImport): Promise<void> {
  const target = join(work.to, name);
  if (await exists(target)) {
    work.tell(m.volumeThere({ name }));
    return;
  }
  const driver = await foreignDriver(join(work.from, name));
  if (driver !== undefined) {
    work.tell(m.volumeForeign({ name, driver }));
    return;
  }
  const staging = join(work.to, `.importing-${name}`);
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging);
  await chmod(staging, 0o701);
  try {
    const source = join(work.from, name, '_data');
    await runChecked(work.run, ['cp', '-a', '--', source, staging], { signal: work.signal });
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
  await rename(staging, target);
  syncFolder(work.to);
  work.tell(m.volumeImported({ name }));
}

/** Docker writes the options of a volume that mounts something else (NFS, a device) beside its empty folder. */
async function foreignDriver(folder: string): Promise<string | undefined> {
  const text = await readTextIfExists(join(folder, 'opts.json'));
  if (text === undefined) return undefined;
  const options: unknown = JSON.parse(text);
  const type =
    typeof options === 'object' && options !== null && 'MountType' in options
      ? options.MountType
      : '';
  return typeof type === 'string' && type !== '' ? type : undefined;
}
