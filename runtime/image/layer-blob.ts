import type { Digest } from './digest.ts';

/** A layer's blob on the disk: whole, or still arriving, so that it can be unpacked while it is downloaded. */
export interface LayerBlob {
  readonly digest: Digest;
  /** Bytes of the whole blob; `undefined` when nobody has said. */
  readonly sizeBytes: number | undefined;
  /** The try that is under way; a new one each time after `superseded`. */
  attempt(): BlobAttempt;
}

/** One try to get a blob: a file that grows, whose bytes are not verified before `fate` says `whole`. */
export interface BlobAttempt {
  /** Where the bytes are now. A file that was opened stays readable when the blob moves into the store. */
  readonly path: string;
  /**
   * Waits until more than `seenBytes` can be read, or until nothing more will come.
   *
   * @returns Bytes from the beginning that can be read; `isEnd` when these are all (not yet: that they are right)
   * @throws what ended the download for good; BLOB_SUPERSEDED when this try was thrown away
   */
  available(seenBytes: number): Promise<{ readonly bytes: number; readonly isEnd: boolean }>;
  /**
   * `whole`: digest and size are verified. `superseded`: the bytes were wrong and were thrown away; `attempt()` is now
   * another try. Rejects when the download failed for good.
   */
  readonly fate: Promise<'whole' | 'superseded'>;
}

/** A blob that is whole already. */
export function wholeBlob(digest: Digest, path: string, sizeBytes: number): LayerBlob {
  const attempt: BlobAttempt = {
    path,
    available: () => Promise.resolve({ bytes: sizeBytes, isEnd: true }),
    fate: Promise.resolve('whole'),
  };
  return { digest, sizeBytes, attempt: () => attempt };
}
