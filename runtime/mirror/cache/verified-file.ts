import { createHash } from 'node:crypto';

import { BerthError } from '../../errors/berth-error.ts';
import { digestOfHex } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import type { Content, FileHandle } from './content.ts';
import { readBehind } from './content.ts';
import { Progress } from './progress.ts';

/** Up to this size a file is verified before its first byte is served, so that a damaged one can be fetched anew. */
const verifiedFirstBytes = 64 * 1024 * 1024;

/**
 * Opens a file as content that has to have a digest. What was not verified before is verified while it is served.
 *
 * @param file Closed by the content.
 * @param onOutcome Hears once whether the file is right, unless it was `trusted`.
 * @throws CONTENT_MISMATCH for a small file; for a large one reading throws it
 */
export async function openVerified(options: {
  readonly file: FileHandle;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly trust: 'trusted' | 'untrusted';
  readonly onOutcome: (outcome: 'right' | 'wrong') => void;
}): Promise<Content> {
  const { file, digest, sizeBytes, trust, onOutcome } = options;
  const progress = new Progress();
  progress.wrote(sizeBytes);
  let verifying: Promise<void> = Promise.resolve();
  let isClosed = false;
  if (trust === 'trusted') {
    progress.succeed();
  } else {
    const isWanted = (): boolean => !isClosed;
    verifying = verify(file, isWanted).then(
      (actual) => {
        if (actual === undefined) return;
        onOutcome(actual === digest ? 'right' : 'wrong');
        if (actual === digest) progress.succeed();
        else progress.fail(contentMismatch(digest, actual));
      },
      (error: unknown) => {
        progress.fail(error);
      },
    );
    if (sizeBytes <= verifiedFirstBytes) await closeOnError(file, progress.whole);
  }
  return {
    sizeBytes,
    read: (span) => readBehind(file, progress, span),
    close: async () => {
      isClosed = true;
      await verifying;
      await file.close();
    },
  };
}

/** The digest of a file; `undefined` when nobody wants to know any more. */
async function verify(file: FileHandle, isWanted: () => boolean): Promise<Digest | undefined> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(1024 * 1024);
  for (let position = 0; isWanted();) {
    const { bytesRead } = await file.read(piece, 0, piece.byteLength, position);
    if (bytesRead === 0) return digestOfHex(hash.digest('hex'));
    hash.update(piece.subarray(0, bytesRead));
    position += bytesRead;
  }
  return undefined;
}

async function closeOnError(file: FileHandle, promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Content that is not what its digest says. */
export function contentMismatch(wanted: Digest, actual: Digest): BerthError {
  return new BerthError('CONTENT_MISMATCH', {
    message: `content arrived with the digest "${actual}"; wanted "${wanted}"`,
    remedy: 'Fetch it again; when it happens again, its source is damaged or dishonest.',
    details: { actual, wanted },
  });
}
