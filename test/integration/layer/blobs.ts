import { randomUUID } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ArrivingBlob } from '../../../runtime/image/arriving-blob.ts';
import { wholeBlob } from '../../../runtime/image/layer-blob.ts';
import type { BlobAttempt, LayerBlob } from '../../../runtime/image/layer-blob.ts';
import { sha256 } from './support.ts';

/** A blob that lies in a file of `folder`. */
export function storedBlob(folder: string, bytes: Uint8Array): LayerBlob {
  const path = join(folder, `blob-${randomUUID()}`);
  writeFileSync(path, bytes);
  return wholeBlob(sha256(bytes), path, bytes.byteLength);
}

/** A blob that counts how many tries at it were begun. */
export function countedBlob(blob: LayerBlob): {
  readonly blob: LayerBlob;
  readonly reads: () => number;
} {
  let reads = 0;
  const counted: LayerBlob = {
    digest: blob.digest,
    sizeBytes: blob.sizeBytes,
    attempt: () => {
      reads += 1;
      return blob.attempt();
    },
  };
  return { blob: counted, reads: () => reads };
}

/** A download that goes as the test wants it, of a blob that it is unpacked from meanwhile. */
export class Download {
  readonly blob: LayerBlob;
  readonly #folder: string;
  readonly #arriving: ArrivingBlob;
  #path: string;
  #bytes = 0;
  /** The most that a reader has used up and wanted more than. */
  #wanted = -1;
  #wants = Promise.withResolvers<undefined>();
  readonly #judged = Promise.withResolvers<undefined>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#path = this.#newFile();
    const digest = sha256(Buffer.from(this.#path));
    this.#arriving = new ArrivingBlob({ digest, sizeBytes: undefined, path: this.#path });
    this.blob = {
      digest,
      sizeBytes: undefined,
      attempt: () => this.#watched(this.#arriving.attempt()),
    };
  }

  grow(bytes: Uint8Array): void {
    appendFileSync(this.#path, bytes);
    this.#bytes += bytes.byteLength;
    this.#arriving.wrote(this.#bytes);
  }

  /** All bytes are there; what they are worth is not known yet. */
  end(): void {
    this.#arriving.ended();
  }

  whole(): void {
    this.#arriving.whole();
  }

  /** All that has come was wrong. */
  supersede(): void {
    this.#path = this.#newFile();
    this.#bytes = 0;
    this.#wanted = -1;
    this.#arriving.supersede(this.#path);
  }

  fail(error: unknown): void {
    this.#arriving.fail(error);
  }

  /** Resolves when the reader has used up all that there is. */
  async usedUp(): Promise<void> {
    while (this.#wanted < this.#bytes) await this.#wants.promise;
  }

  /** Resolves when the reader is through with what has come, and wants to know what it is worth. */
  async judged(): Promise<void> {
    await this.#judged.promise;
  }

  #newFile(): string {
    const path = join(this.#folder, `blob-${randomUUID()}`);
    writeFileSync(path, '');
    return path;
  }

  #watched(attempt: BlobAttempt): BlobAttempt {
    const judged = this.#judged;
    const { fate } = attempt;
    let looks = 0;
    return {
      path: attempt.path,
      get fate() {
        // The first look is only to have its rejection handled.
        looks += 1;
        if (looks === 2) judged.resolve(undefined);
        return fate;
      },
      available: (seenBytes) => {
        this.#wanted = seenBytes;
        const { resolve } = this.#wants;
        this.#wants = Promise.withResolvers();
        resolve(undefined);
        return attempt.available(seenBytes);
      },
    };
  }
}
