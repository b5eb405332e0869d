import { createGzip } from 'node:zlib';
import type { Readable } from 'node:stream';
import { open, orIfMissing, rm, stat } from '../../host/files.ts';
import type { LogRotation } from '../../launch/monitor/log-request.ts';
import { rememberOriginal } from '../logs/log-file.ts';
import { olderNumbers } from '../logs/log-files.ts';
import type { ContainerRuntime } from '../ports.ts';

/** What `compressOlder` works on. */
export interface Compression {
  readonly runtime: Pick<ContainerRuntime, 'adoptCompressedLog'>;
  readonly path: string;
  readonly rotation: LogRotation;
  /** File that is still needed as it is, and those after it; absent: none. */
  readonly keep?: bigint | undefined;
  readonly signal: AbortSignal;
}

/** Compresses the older files of a log, the oldest first. */
export async function compressOlder(work: Compression): Promise<void> {
  const { path, keep, signal } = work;
  for (const number of (await olderNumbers(path)).toReversed()) {
    if (signal.aborted) return;
    const inode = (await orIfMissing(stat(`${path}.${number}`, { bigint: true }), undefined))?.ino;
    if (keep !== undefined && inode === keep) return;
    if (inode !== undefined) await compressOne(work, `${path}.${number}`);
  }
}

/** The file may have another number, or none, by the time that it is compressed. */
async function compressOne({ runtime, path, rotation }: Compression, name: string): Promise<void> {
  const original = await orIfMissing(open(name, 'r'), undefined);
  if (original === undefined) return;
  const compressed = `${path}.compressing`;
  try {
    const { ino: inode } = await original.stat({ bigint: true });
    const target = await open(compressed, 'w', 0o640);
    try {
      const source: Readable = original.createReadStream({ start: 0, autoClose: false });
      const gzip = createGzip();
      source.once('error', (error) => gzip.destroy(error));
      source.pipe(gzip);
      for await (const chunk of gzip) await target.write(chunk as Buffer);
      rememberOriginal((await target.stat({ bigint: true })).ino, inode);
    } finally {
      await target.close();
    }
    const lastNumber = rotation.maxFiles - 1;
    await runtime.adoptCompressedLog({ log: path, inode, compressed, lastNumber });
  } catch (error) {
    await rm(compressed, { force: true });
    throw error;
  } finally {
    await original.close();
  }
}
