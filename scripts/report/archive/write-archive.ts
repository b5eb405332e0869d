import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { reportMessages as m } from '../../../messages/areas/report.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../../runtime/errors/berth-error.ts';
import { open, orIfMissing, rename, rm, stat } from '../../../runtime/host/files.ts';

/** What was written. */
export interface WrittenArchive {
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the whole file, in hexadecimal digits. */
  readonly sha256: string;
}

/**
 * Writes an archive to a file, which is there whole or not at all: it grows beside its place, with a name of its own, and is
 * renamed. Mode 0600.
 *
 * @throws BerthError OUTPUT_NOT_WRITTEN, also for a full disk; the reason of whoever stopped the archive.
 */
export async function writeArchive(
  chunks: AsyncIterable<Uint8Array>,
  target: string,
): Promise<WrittenArchive> {
  const path = resolve(target);
  try {
    const there = await orIfMissing(stat(path), undefined);
    if (there?.isDirectory() === true) throw new Error('EISDIR');
    // A device or a named pipe is written to, not replaced.
    const isSpecial = there !== undefined && !there.isFile();
    return isSpecial ? await writeTo(path, chunks, 'w') : await writeWhole(path, chunks);
  } catch (error) {
    if (isBerthError(error)) throw error;
    throw new BerthError('OUTPUT_NOT_WRITTEN', {
      message: m.notWritten({ path, why: messageOf(error) }),
      remedy: m.notWrittenRemedy(),
      details: { path },
      cause: error,
    });
  }
}

async function writeWhole(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<WrittenArchive> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    const written = await writeTo(temporary, chunks, 'wx');
    await rename(temporary, path);
    return { ...written, path };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeTo(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  flags: 'w' | 'wx',
): Promise<WrittenArchive> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, flags, 0o600);
  try {
    for await (const chunk of chunks) {
      await file.writeFile(chunk);
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    if (flags === 'wx') await file.sync();
  } finally {
    await file.close();
  }
  return { path, sizeBytes, sha256: hash.digest('hex') };
}
