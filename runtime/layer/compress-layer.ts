import { availableParallelism } from 'node:os';
import { constants, crc32, deflateRaw } from 'node:zlib';

/** Compressed by itself, so that several can be at the same time. Part of the result: another size, other bytes. */
const blockBytes = 1024 * 1024;
/** How far back deflate looks (RFC 1951, section 2): what a block may repeat of the one before. */
const windowBytes = 32 * 1024;
const level = 6;

/** RFC 1952, section 2.3: deflate, no flags, no time, no hint, "unknown" operating system. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** One block of the input, on its way. */
interface Block {
  readonly bytes: Buffer;
  readonly compressed: Promise<Buffer>;
}

/**
 * Compresses a layer with gzip: one member, with the same bytes each time, on however many processors and however the
 * source is cut (as long as Node.js has the same zlib). Blocks of a megabyte are compressed side by side, each with the
 * end of the one before as its dictionary, which costs a thousandth of the size.
 *
 * @param source A plain tar archive.
 */
export async function* compressLayer(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const most = Math.min(availableParallelism(), 8);
  const underWay: Block[] = [];
  // Blocks are used again: left to the garbage collector, a hundred megabytes of them would pile up.
  const free: Buffer[] = [];
  let checksum = 0;
  let sizeBytes = 0;
  let dictionary: Buffer | undefined;
  yield header;
  for await (const { bytes, isLast } of inBlocks(source, free)) {
    checksum = crc32(bytes, checksum);
    sizeBytes += bytes.byteLength;
    underWay.push({ bytes, compressed: compressBlock(bytes, { isLast, dictionary }) });
    dictionary = Buffer.from(bytes.subarray(-windowBytes));
    if (underWay.length >= most) yield* first(underWay, free);
  }
  while (underWay.length > 0) yield* first(underWay, free);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(sizeBytes % 2 ** 32, 4);
  yield trailer;
}

async function* first(underWay: Block[], free: Buffer[]): AsyncGenerator<Uint8Array> {
  const block = underWay.shift();
  if (block === undefined) return;
  const compressed = await block.compressed;
  if (block.bytes.byteLength === blockBytes) free.push(block.bytes);
  yield compressed;
}

/** Cuts a stream into blocks of one size, from `free` while there are any; only the last is smaller, and may be empty. */
async function* inBlocks(
  source: AsyncIterable<Uint8Array>,
  free: Buffer[],
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }> {
  const next = (): Buffer => free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  let block = next();
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength;) {
      const part = chunk.subarray(at, at + blockBytes - filled);
      block.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled < blockBytes) continue;
      yield { bytes: block, isLast: false };
      block = next();
      filled = 0;
    }
  }
  yield { bytes: block.subarray(0, filled), isLast: true };
}

function compressBlock(
  bytes: Buffer,
  { isLast, dictionary }: { readonly isLast: boolean; readonly dictionary: Buffer | undefined },
): Promise<Buffer> {
  const compressed = new Promise<Buffer>((resolve, reject) => {
    const options = {
      level,
      // All but the last end at a whole byte, and the next goes on there (zlib.h, Z_SYNC_FLUSH).
      finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      chunkSize: 256 * 1024,
      ...(dictionary === undefined ? {} : { dictionary }),
    };
    deflateRaw(bytes, options, (error, result) => {
      if (error === null) resolve(result);
      else reject(error);
    });
  });
  // When the consumer stops early nobody awaits this one.
  compressed.catch(() => undefined);
  return compressed;
}
