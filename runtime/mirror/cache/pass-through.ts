import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

import { digestOfHex } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import type { ByteSpan } from '../request/byte-span.ts';
import { resuming } from '../upstream/source.ts';
import type { Source, SourceBody } from '../upstream/source.ts';
import type { Content, FileHandle } from './content.ts';
import { contentMismatch } from './verified-file.ts';

/** What `passThrough` needs. */
export interface PassThroughOptions {
  readonly source: Source;
  readonly digest: Digest | undefined;
  readonly signal: AbortSignal;
  readonly span: ByteSpan;
  /** The bytes before the span, when somebody has them: then the whole can be verified. */
  readonly prefix?: { readonly file: FileHandle; readonly bytes: number };
  /** An answer that has come already, from the span's first byte on. */
  readonly body?: SourceBody;
}

/**
 * Streams content from its source without keeping it. A stream to the end whose beginning is known is verified: its last
 * chunk is held back until then. Of a part from the middle, only its reader can tell.
 *
 * @throws CONTENT_MISMATCH, and what the source throws
 */
export async function* passThrough(options: PassThroughOptions): AsyncGenerator<Uint8Array, void> {
  const { source, digest, signal, span, prefix } = options;
  const body = options.body ?? (await source.open(span.from, signal));
  const to = span.to ?? body.sizeBytes ?? Number.POSITIVE_INFINITY;
  const isVerifiable =
    digest !== undefined && to >= (body.sizeBytes ?? 0) && span.from === (prefix?.bytes ?? 0);
  const hash = isVerifiable ? createHash('sha256') : undefined;
  if (prefix !== undefined && hash !== undefined) await hashPrefix(hash, prefix);
  let position = span.from;
  let held: Uint8Array | undefined;
  for await (const chunk of resuming(source, body, { offsetBytes: span.from, signal })) {
    hash?.update(chunk);
    if (held !== undefined) yield held;
    held = chunk.subarray(0, Math.max(0, to - position));
    position += chunk.byteLength;
    if (position >= to && !isVerifiable) break;
  }
  const actual = hash === undefined ? undefined : digestOfHex(hash.digest('hex'));
  if (digest !== undefined && actual !== undefined && actual !== digest) {
    source.distrust();
    throw contentMismatch(digest, actual);
  }
  if (held !== undefined) yield held;
}

async function hashPrefix(
  hash: Hash,
  { file, bytes }: NonNullable<PassThroughOptions['prefix']>,
): Promise<void> {
  const piece = Buffer.allocUnsafe(1024 * 1024);
  for (let position = 0; position < bytes;) {
    const wanted = Math.min(piece.byteLength, bytes - position);
    const { bytesRead } = await file.read(piece, 0, wanted, position);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    hash.update(piece.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** A body as content for one reader, which is not kept. A part from its middle is fetched anew. */
export function passedThrough(
  options: Omit<PassThroughOptions, 'span' | 'prefix' | 'body'> & { readonly body: SourceBody },
): Content {
  const { body, ...others } = options;
  let isTaken = false;
  return {
    sizeBytes: body.sizeBytes,
    read: (span) => {
      if (span.from > 0 || isTaken) return passThrough({ ...others, span });
      isTaken = true;
      return passThrough({ ...options, span });
    },
    close: async () => {
      if (isTaken) return;
      isTaken = true;
      // Ends the request.
      await body.chunks[Symbol.asyncIterator]().return?.();
    },
  };
}
