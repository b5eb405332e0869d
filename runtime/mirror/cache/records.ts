import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { z } from 'zod';

import { listFolder, readTextIfExists, removeFile, writeFileWhole } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { isDigest } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';

const recordSchema = z.object({
  key: z.string(),
  digest: z.string().refine(isDigest),
  /** When its source was asked last, in milliseconds since 1970. */
  checkedMs: z.number(),
  /** Headers to serve it with, which the source sent. */
  headers: z.record(z.string(), z.string()),
});

/** What a name (a tag, a URL) stood for when its source was asked last. */
export type Record = Readonly<z.infer<typeof recordSchema>>;

/**
 * Names and the content they stand for, a file each: `names/<hash of the name>.json`. What cannot be read counts as not
 * known; what cannot be written is asked for again next time.
 */
export class Records {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens the folder, and removes names of content that is not there any more, and whatever else is in it. */
  static async open(cacheFolder: string, isThere: (digest: Digest) => boolean): Promise<Records> {
    const records = new Records(join(cacheFolder, 'names'));
    await makeFolders(records.#folder, 0o700);
    for (const file of await listFolder(records.#folder)) {
      const path = join(records.#folder, file);
      const record = await readRecord(path);
      if (record === undefined || fileName(record.key) !== file || !isThere(record.digest))
        await removeTree(path);
    }
    return records;
  }

  async get(key: string): Promise<Record | undefined> {
    const record = await readRecord(join(this.#folder, fileName(key)));
    return record?.key === key ? record : undefined;
  }

  async put(record: Record): Promise<void> {
    const path = join(this.#folder, fileName(record.key));
    // A full disk must not fail what is being served.
    await writeFileWhole(path, JSON.stringify(record), { mode: 0o600, durability: 'memory' }).catch(
      () => undefined,
    );
  }

  async remove(key: string): Promise<void> {
    await removeFile(join(this.#folder, fileName(key)));
  }
}

function fileName(key: string): string {
  return `${createHash('sha256').update(key).digest('hex')}.json`;
}

async function readRecord(path: string): Promise<Record | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse((await readTextIfExists(path)) ?? '')).data;
  } catch {
    return undefined;
  }
}
