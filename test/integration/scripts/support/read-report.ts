import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** A file of a report's archive. */
export interface ArchivedFile {
  /** From the archive's folder. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly text: string;
}

/** Unpacks an archive of `berth report`, files in their order. Rejects when it is not whole. */
export async function readReport(archive: Uint8Array): Promise<readonly ArchivedFile[]> {
  const files: ArchivedFile[] = [];
  const entries = Readable.from([archive]).pipe(createGunzip()).pipe(extract());
  for await (const entry of entries) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    const { name, mode, type } = entry.header;
    if (type !== 'file') continue;
    const path = name.slice(name.indexOf('/') + 1);
    files.push({ path, mode, text: Buffer.concat(chunks).toString('utf8') });
  }
  return files;
}
