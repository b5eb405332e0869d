import type { Attributes } from './attributes.ts';
import type { ContentPiece, FilesystemBatch } from './filesystem-batch.ts';

/** What a file is to be. */
export interface FilePlan {
  readonly sizeBytes: number;
  readonly attributes: Attributes;
}

/** Of larger files, blocks of zeros become holes. */
const sparseFromBytes = 1024 * 1024;
const zeros = Buffer.alloc(64 * 1024);

/** Writes one file after the other, each piece by piece. Room in the batch is the caller's matter. */
export class FileWriter {
  readonly #batch: FilesystemBatch;
  #path = '';
  #plan: FilePlan | undefined;
  /** Where in the file the last byte that was written ends. */
  #end = 0;

  constructor(batch: FilesystemBatch) {
    this.#batch = batch;
  }

  /** Begins a file. */
  begin(path: string, plan: FilePlan): void {
    this.#batch.beginFile(path, plan.attributes.mode);
    this.#path = path;
    this.#plan = plan;
    this.#end = 0;
  }

  /** Writes a piece; nothing happens when there is no file: whiteouts may have content, too. */
  content(chunk: Buffer, piece: ContentPiece): void {
    if (this.#plan === undefined) return;
    if (this.#plan.sizeBytes < sparseFromBytes) this.#write(piece);
    else this.#writeData(chunk, piece);
  }

  /** Completes the file. */
  async end(): Promise<void> {
    if (this.#plan === undefined) return;
    const { sizeBytes, attributes } = this.#plan;
    this.#plan = undefined;
    if (this.#end < sizeBytes) this.#batch.truncate(sizeBytes);
    this.#batch.ownFile(attributes);
    for (const [name, value] of attributes.xattrs) {
      await this.#batch.room(name.length + value.byteLength + 64);
      this.#batch.xattr(this.#path, { name, value }, 'wanted');
    }
    this.#batch.endFile(attributes.mtime);
  }

  #write(piece: ContentPiece): void {
    this.#batch.content(piece);
    this.#end = piece.fileOffset + piece.end - piece.start;
  }

  /** Leaves out blocks of zeros, of which a piece may have parts; what lies between them is written at once. */
  #writeData(chunk: Buffer, { start, end, fileOffset }: ContentPiece): void {
    let from = start;
    for (let at = start; at < end;) {
      const inBlock = (fileOffset + at - start) % zeros.byteLength;
      const next = Math.min(at + zeros.byteLength - inBlock, end);
      if (zeros.compare(chunk, at, next, 0, next - at) === 0) {
        if (at > from) this.#write({ start: from, end: at, fileOffset: fileOffset + from - start });
        from = next;
      }
      at = next;
    }
    if (end > from) this.#write({ start: from, end, fileOffset: fileOffset + from - start });
  }
}
