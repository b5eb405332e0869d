import { join } from 'node:path';

import { z } from 'zod';

import { isBerthError } from '../errors/berth-error.ts';
import {
  exists,
  orIfMissing,
  readTextIfExists,
  rename,
  stat,
  syncFolder,
  writeFile,
  writeFileWhole,
} from '../host/files.ts';
import { removeTree } from '../host/remove-tree.ts';
import { hexOf, isDigest } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { digestSchema } from '../image/image-config.ts';
import { parseDocument } from '../image/manifest.ts';
import { makeInitLayer } from './init-layer.ts';
import { makeRootFolder, type FolderStatus } from './root-folder.ts';

const recordSchema = z.object({
  /** ChainID of the layers below; none for the lowest. */
  parent: digestSchema.optional(),
  diffId: digestSchema.optional(),
  sizeBytes: z.number().int().nonnegative(),
  /** The boot during which it was made; absent when it was on the disk before it got its name. */
  bootId: z.string().optional(),
});

/** What is written beside an unpacked layer. */
export type SnapshotRecord = z.infer<typeof recordSchema>;

/** An unpacked layer on the disk. */
export interface Snapshot extends SnapshotRecord {
  /** Absolute path of its files. */
  readonly fs: string;
  /** Owner and permissions of its root. */
  readonly root: FolderStatus;
}

const temporarySuffix = '.tmp';
/** Beside a snapshot that is on the disk. */
const durableMarker = 'durable';

/** The folder of unpacked layers, `<data-root>/snapshots`: one folder a ChainID, complete if it has its final name. */
export class SnapshotFolder {
  readonly path: string;
  #temporaryCount = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** A name for something that is being made, or removed. */
  temporaryPath(chainId: Digest): string {
    this.#temporaryCount += 1;
    return join(this.path, `${hexOf(chainId)}.${this.#temporaryCount}${temporarySuffix}`);
  }

  /** Whether a name in the folder is that of something left half-done. */
  static isTemporary(name: string): boolean {
    return name.endsWith(temporarySuffix);
  }

  /** The ChainID that a name in the folder stands for. */
  static chainIdOf(name: string): Digest | undefined {
    const digest = `sha256:${name}`;
    return isDigest(digest) ? digest : undefined;
  }

  finalPath(chainId: Digest): string {
    return join(this.path, hexOf(chainId));
  }

  /** Reads a snapshot; `undefined` when it is not there. @throws MANIFEST_INVALID when its record was damaged */
  async read(chainId: Digest): Promise<Snapshot | undefined> {
    const folder = this.finalPath(chainId);
    const text = await readTextIfExists(join(folder, 'layer.json'));
    if (text === undefined) return undefined;
    const fs = join(folder, 'fs');
    const found = await orIfMissing(stat(fs), undefined);
    if (found === undefined) return undefined;
    const root = { mode: found.mode & 0o7777, uid: found.uid, gid: found.gid };
    return { ...parseDocument(recordSchema, text, `"${folder}/layer.json"`), fs, root };
  }

  /** Writes the record of a snapshot that is being made at `temporary`. */
  async writeRecord(temporary: string, record: SnapshotRecord): Promise<void> {
    const options = { mode: 0o600, durability: 'memory' } as const;
    await writeFileWhole(join(temporary, 'layer.json'), `${JSON.stringify(record)}\n`, options);
  }

  /** Gives a finished snapshot its name. What is there without a record is replaced. */
  async publish(temporary: string, chainId: Digest): Promise<void> {
    await this.remove(chainId);
    await rename(temporary, this.finalPath(chainId));
  }

  /** Makes published names durable. */
  sync(): void {
    syncFolder(this.path);
  }

  /** Notes that a snapshot is on the disk; nothing happens when it has gone in the meantime. */
  async markDurable(chainId: Digest): Promise<void> {
    const marker = join(this.finalPath(chainId), durableMarker);
    await orIfMissing(writeFile(marker, '', { mode: 0o600 }), undefined);
  }

  /**
   * What a snapshot is worth after a start: `durable`; `cached`, written by a berthd that was killed, while the kernel
   * that has its files in memory runs on; or `lost`, not known to have come to the disk before the power went.
   */
  async stateOf(
    chainId: Digest,
    bootId: string | undefined,
  ): Promise<'durable' | 'cached' | 'lost'> {
    if (await exists(join(this.finalPath(chainId), durableMarker))) return 'durable';
    try {
      const snapshot = await this.read(chainId);
      if (snapshot === undefined) return 'lost';
      if (snapshot.bootId === undefined) return 'durable';
      return snapshot.bootId === bootId ? 'cached' : 'lost';
    } catch (error) {
      // Its record was cut off.
      if (isBerthError(error, 'MANIFEST_INVALID')) return 'lost';
      throw error;
    }
  }

  /**
   * Makes the layer that containers have above this one, unless it is there: see `makeInitLayer`. One call at a time.
   * @param layers the image's, topmost first
   */
  async makeInitLayer(chainId: Digest, layers: readonly Snapshot[]): Promise<string> {
    const found = await this.initLayerOf(chainId);
    if (found !== undefined) return found;
    const path = this.#initLayer(chainId);
    const temporary = `${path}${temporarySuffix}`;
    // Left by a berthd that was killed.
    await removeTree(temporary);
    await makeRootFolder(temporary, layers[0]?.root);
    await makeInitLayer({ folder: temporary, lower: layers.map(({ fs }) => fs) });
    await rename(temporary, path);
    return path;
  }

  /** The layer that containers have above this one; `undefined` when there is none. */
  async initLayerOf(chainId: Digest): Promise<string | undefined> {
    const path = this.#initLayer(chainId);
    return (await exists(path)) ? path : undefined;
  }

  #initLayer(chainId: Digest): string {
    return join(this.finalPath(chainId), 'init');
  }

  /** Takes a snapshot's name away, then removes its files: it is never seen half-removed. */
  async remove(chainId: Digest): Promise<void> {
    const temporary = this.temporaryPath(chainId);
    await orIfMissing(rename(this.finalPath(chainId), temporary), undefined);
    await removeTree(temporary);
  }
}
