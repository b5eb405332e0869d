import { join } from 'node:path';

import { BerthError, messageOf } from '../../errors/berth-error.ts';
import {
  listFolder,
  orIfMissing,
  readTextIfExists,
  removeTemporaries,
  rename,
  stat,
  syncFolder,
  writeFileWhole,
} from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { volumeSchema, type Volume } from './volume.ts';

/** Volumes that are being made or removed have names that no volume can have. */
const [newPrefix, oldPrefix] = ['.new-', '.old-'];

/**
 * Volumes on disk: a folder each, with `volume.json`, written whole, and `_data`. One comes to be, and ceases to be, by
 * the renaming of its folder, so that a power cut leaves no half of one. What is in a folder that berth did not make is never
 * touched.
 */
export class VolumeStore {
  readonly #folder: string;
  readonly #volumes = new Map<string, Volume>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Finds the volumes, and takes away what was left of those that were being made or removed.
   * @param report hears of those that cannot be read
   */
  static async open(folder: string, report: (problem: unknown) => void): Promise<VolumeStore> {
    const store = new VolumeStore(folder);
    await makeFolders(folder, 0o711);
    for (const name of await listFolder(folder)) {
      if (name.startsWith(newPrefix) || name.startsWith(oldPrefix))
        await removeTree(join(folder, name)).catch(report);
      else await store.#read(name).catch(report);
    }
    return store;
  }

  /** All, by name. */
  all(): readonly Volume[] {
    return [...this.#volumes.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The one of that name. */
  find(name: string): Volume | undefined {
    return this.#volumes.get(name);
  }

  /** The one of that name. @throws VOLUME_NOT_FOUND */
  get(name: string): Volume {
    const found = this.find(name);
    if (found) return found;
    throw new BerthError('VOLUME_NOT_FOUND', {
      message: `get ${name}: no such volume`,
      remedy: 'See "docker volume ls".',
      details: { volume: name },
    });
  }

  /** What a container sees of a volume, on the host. */
  dataPath(name: string): string {
    return join(this.#folder, name, '_data');
  }

  /** Adds one that is not there. */
  async add(volume: Volume): Promise<void> {
    const unfinished = join(this.#folder, `${newPrefix}${volume.name}`);
    await removeTree(unfinished);
    await makeFolders(unfinished, 0o711);
    await makeFolders(join(unfinished, '_data'), 0o755);
    await this.#write(unfinished, volume);
    await rename(unfinished, join(this.#folder, volume.name));
    syncFolder(this.#folder);
    this.#volumes.set(volume.name, volume);
  }

  /** Writes another description of one. */
  async change(volume: Volume): Promise<void> {
    await this.#write(join(this.#folder, volume.name), volume);
    this.#volumes.set(volume.name, volume);
  }

  /** Removes one with all that is in it; nothing of the host may be mounted there. */
  async remove(name: string): Promise<void> {
    const old = join(this.#folder, `${oldPrefix}${name}`);
    await removeTree(old);
    await rename(join(this.#folder, name), old);
    syncFolder(this.#folder);
    this.#volumes.delete(name);
    await removeTree(old);
  }

  async #write(folder: string, volume: Volume): Promise<void> {
    await writeFileWhole(join(folder, 'volume.json'), JSON.stringify(volume), {
      mode: 0o600,
      durability: 'disk',
    });
  }

  /** Of another engine there are only the files (`berth up --import-docker`). */
  async #adopt(name: string): Promise<void> {
    const data = await orIfMissing(stat(this.dataPath(name)), undefined);
    if (!data?.isDirectory()) return;
    const createdMs = Math.floor(data.birthtimeMs);
    this.#volumes.set(name, { version: 1, name, createdMs, labels: {}, options: {} });
  }

  async #read(name: string): Promise<void> {
    const path = join(this.#folder, name, 'volume.json');
    const text = await readTextIfExists(path);
    if (text === undefined) {
      await this.#adopt(name);
      return;
    }
    await removeTemporaries(join(this.#folder, name));
    try {
      this.#volumes.set(name, volumeSchema.parse(JSON.parse(text)));
    } catch (cause) {
      throw new BerthError('VOLUME_RECORD_INVALID', {
        message: `"${path}" describes no volume of version 1: ${messageOf(cause)}`,
        remedy: 'Start the berth version that wrote it, or move the folder away.',
        details: { path },
        cause,
      });
    }
  }
}
