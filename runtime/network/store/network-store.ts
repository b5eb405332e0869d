import { join } from 'node:path';

import { BerthError, messageOf } from '../../errors/berth-error.ts';
import {
  listFolder,
  readTextIfExists,
  removeFile,
  removeTemporaries,
  syncFolder,
  writeFileWhole,
} from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { networkRecordSchema, type NetworkRecord } from '../model/network-record.ts';

const suffix = '.json';

/** The records of networks on disk, a file each, written whole. */
export class NetworkStore {
  readonly #folder: string;

  /** @param folder such as `<data-root>/networks` */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Reads all, and takes away what a write that was cut short has left.
   * @param report hears of those that cannot be read
   */
  async readAll(report: (problem: unknown) => void): Promise<readonly NetworkRecord[]> {
    await makeFolders(this.#folder, 0o711);
    await removeTemporaries(this.#folder);
    const names = (await listFolder(this.#folder)).filter((name) => name.endsWith(suffix));
    const read = await Promise.all(
      names.map((name) => this.#read(join(this.#folder, name), report)),
    );
    return read
      .filter((record) => record !== undefined)
      .toSorted((left, right) => left.createdMs - right.createdMs);
  }

  /** Writes one; once this resolves the network is there for good, and when it rejects not at all. */
  async save(record: NetworkRecord): Promise<void> {
    const path = this.#path(record);
    try {
      await writeFileWhole(path, JSON.stringify(record), { mode: 0o600, durability: 'disk' });
    } catch (error) {
      // It may have its name already, and not be on the disk.
      await removeFile(path).catch(() => undefined);
      throw error;
    }
  }

  /** Forgets one. */
  async erase(record: NetworkRecord): Promise<void> {
    await removeFile(this.#path(record));
    syncFolder(this.#folder);
  }

  #path({ id }: NetworkRecord): string {
    return join(this.#folder, `${id}${suffix}`);
  }

  async #read(
    path: string,
    report: (problem: unknown) => void,
  ): Promise<NetworkRecord | undefined> {
    try {
      return networkRecordSchema.parse(JSON.parse((await readTextIfExists(path)) ?? ''));
    } catch (cause) {
      report(
        new BerthError('NETWORK_RECORD_INVALID', {
          message: `"${path}" is no network record of version 1: ${messageOf(cause)}`,
          remedy: 'Start the berth version that wrote it, or move the file away.',
          details: { path },
          cause,
        }),
      );
      return undefined;
    }
  }
}
