import type { open } from '../../host/files.ts';
import type { ByteSpan } from '../request/byte-span.ts';
import type { Progress } from './progress.ts';

/** An open file. */
export type FileHandle = Awaited<ReturnType<typeof open>>;

/** Bytes to serve: whole already, or still on their way. Must be closed, also when it is not read. */
export interface Content {
  /** Of the whole; `undefined` when its source has not said. */
  readonly sizeBytes: number | undefined;
  /**
   * Streams a part. Its last byte is handed out only after the whole was verified: who gets wrong bytes never gets a
   * clean end.
   *
   * @throws from the iteration: CONTENT_MISMATCH, and what ended the download
   */
  read(span: ByteSpan): AsyncGenerator<Uint8Array, void>;
  close(): Promise<void>;
}

/** Large enough for few system calls, small enough for a hundred readers at once. */
const pieceBytes = 256 * 1024;

/** Reads a part of a file behind whoever writes or verifies it. See {@link Content.read}. */
export async function* readBehind(
  file: FileHandle,
  progress: Progress,
  span: ByteSpan,
): AsyncGenerator<Uint8Array, void> {
  const to = span.to ?? Number.POSITIVE_INFINITY;
  let position = span.from;
  for (let seen = -1; ;) {
    const { bytes, isWhole } = await progress.beyond(seen);
    const limit = isWhole ? Math.min(bytes, to) : Math.min(bytes, to) - 1;
    if (position < limit) {
      yield* readAhead(file, position, limit);
      position = limit;
    }
    if (isWhole) return;
    seen = bytes;
  }
}

/** Reads bytes that are there, each piece while the one before it is on its way to the reader. */
async function* readAhead(
  file: FileHandle,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array, void> {
  let next = readPiece(file, from, to);
  for (let position = from; position < to;) {
    const piece = await next;
    position += piece.byteLength;
    if (position < to) {
      next = readPiece(file, position, to);
      // Whoever stops reading does not wait for it.
      next.catch(() => undefined);
    }
    yield piece;
  }
}

async function readPiece(file: FileHandle, from: number, to: number): Promise<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, to - from));
  const { bytesRead } = await file.read(piece, 0, piece.byteLength, from);
  if (bytesRead === 0) throw new Error('the file became shorter while it was read');
  return piece.subarray(0, bytesRead);
}

/** Reads all of a content into memory: manifests, indexes. */
export async function readAll(content: Content): Promise<Buffer> {
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of content.read({ from: 0, to: undefined })) pieces.push(piece);
    return Buffer.concat(pieces);
  } finally {
    await content.close();
  }
}
