/** Size of a tar header, and what every file is padded to (POSIX.1-2017, pax, "ustar Interchange Format"). */
const blockBytes = 512;
/** The most that eleven octal digits hold; a larger size is written in binary, as GNU tar and Go do. */
const maxOctalSize = 0o77777777777;

/** A file of an archive that is written. */
export interface TarFile {
  /** At most 100 characters of ASCII: all names of an image archive are shorter. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Exactly `sizeBytes` bytes. */
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** A folder of an archive that is written. */
export interface TarFolder {
  /** Ends with a slash. */
  readonly path: string;
}

/** What an archive is made of. */
export type TarItem = TarFile | TarFolder;

/**
 * Writes a tar archive, piece by piece as it is read: it takes no memory, and a source that fails ends it with its error.
 * Owner, mode and time are the same for all, so that the same files always give the same bytes.
 */
export async function* tarStream(
  items: Iterable<TarItem> | AsyncIterable<TarItem>,
): AsyncGenerator<Uint8Array, void> {
  for await (const item of items) {
    if ('content' in item) {
      yield header(item.path, { type: '0', mode: '0000644', sizeBytes: item.sizeBytes });
      yield* item.content;
      const over = item.sizeBytes % blockBytes;
      if (over > 0) yield new Uint8Array(blockBytes - over);
    } else yield header(item.path, { type: '5', mode: '0000755', sizeBytes: 0 });
  }
  yield new Uint8Array(2 * blockBytes);
}

interface HeaderFields {
  readonly type: '0' | '5';
  readonly mode: string;
  readonly sizeBytes: number;
}

function header(path: string, { type, mode, sizeBytes }: HeaderFields): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  block.write(path, 0, 100, 'latin1');
  block.write(`${mode}\0` + '0000000\0'.repeat(2), 100, 'latin1');
  writeSize(block, sizeBytes);
  block.write('00000000000\0', 136, 'latin1');
  block.write(`        ${type}`, 148, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function writeSize(block: Buffer, sizeBytes: number): void {
  if (sizeBytes <= maxOctalSize) {
    block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
    return;
  }
  block.writeBigUInt64BE(BigInt(sizeBytes), 128);
  block[124] = 0x80;
}
