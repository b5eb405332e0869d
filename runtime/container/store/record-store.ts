import { BerthError, messageOf } from '../../errors/berth-error.ts';
import {
  exists,
  listFolder,
  readTextIfExists,
  removeFile,
  removeTemporaries,
  stat,
  syncFolder,
  writeFileWhole,
} from '../../host/files.ts';
import type { WriteOptions } from '../../host/files.ts';
import { isContainerId } from '../model/container-id.ts';
import type { ContainerId } from '../model/container-id.ts';
import { containerRecordSchema } from '../model/container-record.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { folderOf } from './container-paths.ts';
import type { ContainerPaths } from './container-paths.ts';

/** What is found for one container folder at start-up. */
export type StoredContainer =
  | { readonly kind: 'record'; readonly record: ContainerRecord }
  /** A folder without a record: creation or removal was cut short. */
  | { readonly kind: 'remains'; readonly id: ContainerId }
  | { readonly kind: 'unreadable'; readonly id: ContainerId; readonly error: BerthError };

/**
 * Which writes must survive a power cut.
 *
 * What a client was told has happened must not be forgotten, so records are synced to disk: at creation, start, exit,
 * renaming. Not so for containers with AutoRemove: a power cut ends them, their end means removal, and a record that
 * is forgotten has just that effect (the folder without a record is swept up at start-up). A killed berthd loses
 * nothing either way, for the page cache outlives it. That spares `docker run --rm` all of its fsyncs. Its name may reach
 * the disk before what is in it, with somebody else's fsync: its mode, which comes with the name, says that such a record counts as forgotten.
 */
function durabilityOf(record: ContainerRecord): WriteOptions['durability'] {
  return record.hostConfig.AutoRemove ? 'memory' : 'disk';
}

/** Permission bits: nobody may write to one that may be forgotten. */
const modes = { disk: 0o600, memory: 0o400 } as const;

/** Container records on disk, one file a container, written whole. */
export class RecordStore {
  readonly #paths: ContainerPaths;

  constructor(paths: ContainerPaths) {
    this.#paths = paths;
  }

  /** Writes a record; once this resolves the change has happened. The container's folder must exist. */
  async save(record: ContainerRecord): Promise<void> {
    const durability = durabilityOf(record);
    const { record: path } = folderOf(this.#paths, record.id);
    await writeFileWhole(path, JSON.stringify(record), { mode: modes[durability], durability });
    // The folder itself is new at creation; its name must reach the disk too.
    if (durability === 'disk' && record.state.status === 'created')
      syncFolder(this.#paths.dataFolder);
  }

  /** Forgets a record: from here on the container does not exist. */
  async erase(record: ContainerRecord): Promise<void> {
    const { folder, record: path } = folderOf(this.#paths, record.id);
    await removeFile(path);
    // The folder may be gone already when a removal that failed is tried again.
    if (durabilityOf(record) === 'disk' && (await exists(folder))) syncFolder(folder);
  }

  /** Reads what is there for every container folder, and takes away what a write that was cut short has left. */
  async readAll(): Promise<readonly StoredContainer[]> {
    const names = await listFolder(this.#paths.dataFolder);
    return Promise.all(names.filter(isContainerId).map((id) => this.#read(id)));
  }

  async #read(id: ContainerId): Promise<StoredContainer> {
    const { folder, record: path } = folderOf(this.#paths, id);
    await removeTemporaries(folder);
    const text = await readTextIfExists(path);
    if (text === undefined) return { kind: 'remains', id };
    try {
      return { kind: 'record', record: containerRecordSchema.parse(JSON.parse(text)) };
    } catch (cause) {
      if (cause instanceof SyntaxError && (await mayBeForgotten(path)))
        return { kind: 'remains', id };
      return { kind: 'unreadable', id, error: unreadable(path, cause) };
    }
  }
}

async function mayBeForgotten(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o777) === modes.memory;
}

function unreadable(path: string, cause: unknown): BerthError {
  return new BerthError('CONTAINER_RECORD_INVALID', {
    message: `"${path}" is no container record of version 1: ${messageOf(cause)}`,
    remedy: 'Start the berth version that wrote it, or move the folder away.',
    details: { path },
    cause,
  });
}
