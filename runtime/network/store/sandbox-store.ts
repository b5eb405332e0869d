import { join } from 'node:path';

import { messageOf } from '../../errors/berth-error.ts';
import {
  listFolder,
  readTextIfExists,
  removeFile,
  removeTemporaries,
  writeFile,
  writeFileWhole,
} from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { sandboxRecordSchema, type SandboxRecord } from '../model/sandbox-record.ts';

const suffix = '.json';
/** Is there from the moment that the host is given something until it is all taken back. */
const hostMark = 'on-host';

/**
 * The sandboxes of running containers, a file each. They outlive berthd, but not the boot that their namespaces belong to: the
 * folder is in memory.
 */
export class SandboxStore {
  readonly #folder: string;

  /** @param folder such as `/run/berth/networks` */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads all. One that cannot be read is forgotten: its namespace is then nobody's, and goes. */
  async readAll(report: (problem: unknown) => void): Promise<readonly SandboxRecord[]> {
    await makeFolders(this.#folder, 0o700);
    await removeTemporaries(this.#folder);
    const names = (await listFolder(this.#folder)).filter((name) => name.endsWith(suffix));
    const read = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        try {
          return sandboxRecordSchema.parse(JSON.parse((await readTextIfExists(path)) ?? ''));
        } catch (cause) {
          report(new Error(`"${path}" is no sandbox: ${messageOf(cause)}`, { cause }));
          await removeFile(path);
          return undefined;
        }
      }),
    );
    return read.filter((record) => record !== undefined);
  }

  /** Writes one. */
  save(record: SandboxRecord): Promise<void> {
    const text = JSON.stringify(record);
    return writeFileWhole(this.#path(record.container), text, {
      mode: 0o600,
      durability: 'memory',
    });
  }

  /** Forgets one; fine when it is not there. */
  erase(container: string): Promise<void> {
    return removeFile(this.#path(container));
  }

  /** Notes that the host has something of networks: who takes berth away looks for that. */
  async noteHostUse(): Promise<void> {
    await writeFile(join(this.#folder, hostMark), '', { mode: 0o600 });
  }

  /** Takes the note away. */
  forgetHostUse(): Promise<void> {
    return removeFile(join(this.#folder, hostMark));
  }

  #path(container: string): string {
    return join(this.#folder, `${container}${suffix}`);
  }
}
