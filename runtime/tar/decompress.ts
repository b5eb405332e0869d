import { Readable } from 'node:stream';
import type { Duplex } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';

import { BerthError } from '../errors/berth-error.ts';
import { ByteSource } from './byte-source.ts';

/** How a stream is compressed. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Leading bytes of the formats that are met in the wild (file(1) knows them by the same). */
const magics: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
  { name: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
];
/** Bytes that `detectCompression` needs. */
export const magicBytes = 6;

/**
 * Tells the compression of a stream by its first bytes, not by what it is called: registries and archives get the
 * media type wrong.
 *
 * @throws COMPRESSION_UNSUPPORTED for bzip2 and xz
 */
export function detectCompression(head: Uint8Array): Compression {
  const found =
    magics.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte))?.name ?? 'none';
  if (found === 'none' || found === 'gzip' || found === 'zstd') return found;
  throw new BerthError('COMPRESSION_UNSUPPORTED', {
    message: `the stream is compressed with ${found}; wanted gzip, zstd or none`,
    remedy: `Decompress it first, for example with "${found} -d".`,
    details: { compression: found },
  });
}

function decompressor(compression: Exclude<Compression, 'none'>): Duplex {
  const options = { chunkSize: 256 * 1024 };
  return compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
}

/**
 * The bytes of a stream, decompressed as its first bytes ask for.
 *
 * @throws COMPRESSION_UNSUPPORTED; TAR_INVALID when the compressed data is damaged or ends too early; or what the
 *   source throws; all from the iteration
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const bytes = new ByteSource(source);
  const head = await bytes.upTo(magicBytes);
  const compression = detectCompression(head);
  const whole = rejoin(head, bytes);
  if (compression === 'none') {
    yield* whole;
    return;
  }
  let sourceProblem: { readonly error: unknown } | undefined;
  const input = Readable.from(
    watch(whole, (error) => {
      sourceProblem = { error };
    }),
    { objectMode: false },
  );
  const output = decompressor(compression);
  // Not pipeline(): its promise would have to be awaited beside the loop. An input error ends the output instead.
  input.once('error', (error) => output.destroy(error));
  input.pipe(output);
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } catch (error) {
    if (sourceProblem !== undefined) throw sourceProblem.error;
    throw new BerthError('TAR_INVALID', {
      message: `the ${compression} data is damaged or ends too early`,
      remedy: 'Fetch or write the archive again; it is damaged or was cut off.',
      cause: error,
    });
  } finally {
    input.destroy();
    output.destroy();
  }
}

async function* rejoin(head: Uint8Array, rest: ByteSource): AsyncGenerator<Uint8Array, void> {
  try {
    if (head.byteLength > 0) yield head;
    for (;;) {
      const chunk = await rest.some(Number.MAX_SAFE_INTEGER);
      if (chunk.byteLength === 0) return;
      yield chunk;
    }
  } finally {
    await rest.close();
  }
}

/** Passes a source on, and tells of its error: it must not be taken for damaged compressed data. */
async function* watch(
  source: AsyncIterable<Uint8Array>,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* source;
  } catch (error) {
    onError(error);
    throw error;
  }
}
