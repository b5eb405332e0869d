import { isBerthError } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import { hasErrno, mkdir, open, rm } from '../host/files.ts';
import type { Digest } from '../image/digest.ts';
import type { BlobAttempt, LayerBlob } from '../image/layer-blob.ts';
import { toLayerError } from './layer-error.ts';
import { defaultLimits } from './unpack-limits.ts';
import type { UnpackLimits } from './unpack-limits.ts';
import type { UnpackPool } from './unpack-pool.ts';

/** What `unpackLayer` needs. */
export interface UnpackOptions {
  /** A tar archive, plain or compressed with gzip or zstd; whole, or still arriving. */
  readonly blob: LayerBlob;
  /** Absolute path of the folder to make; it must not exist, its parent must. */
  readonly root: string;
  /** Digest that the uncompressed archive has to have (OCI image-spec 1.1, config.md, "Layer DiffID"). */
  readonly diffId: Digest;
  readonly pool: UnpackPool;
  readonly limits?: UnpackLimits;
  /** Told how many bytes of the blob are used up, as it goes. */
  readonly onProgress?: (readBytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What `unpackLayer` made. */
export interface UnpackedLayer {
  /** Bytes of all files. */
  readonly sizeBytes: number;
}

/** Errors that may come from bytes which the download finds to be wrong a moment later. */
const faultsOfBytes: ReadonlySet<ErrorCode> = new Set([
  'LAYER_INVALID',
  'LAYER_DIFF_ID_MISMATCH',
  'LAYER_TOO_LARGE',
  'COMPRESSION_UNSUPPORTED',
]);

/**
 * Unpacks a layer into a new folder in overlayfs's form: whiteouts are character devices 0:0, opaque folders have
 * the attribute `trusted.overlay.opaque`. It is complete, but not yet on the disk: syncfs(2) is the caller's.
 *
 * A blob may still be on its way. Should its bytes turn out wrong and another source deliver it anew, it is unpacked
 * anew; it counts as unpacked only when the whole blob was verified.
 *
 * @throws LAYER_INVALID, LAYER_DIFF_ID_MISMATCH, LAYER_TOO_LARGE, LAYER_UNPACK_FAILED, COMPRESSION_UNSUPPORTED, the
 *   signal's reason, or what ended the blob's download; then the folder is gone
 */
export async function unpackLayer(options: UnpackOptions): Promise<UnpackedLayer> {
  const { blob, root, signal = new AbortController().signal } = options;
  for (;;) {
    signal.throwIfAborted();
    const attempt = blob.attempt();
    // It is looked at below, but perhaps not before it has settled.
    attempt.fate.catch(() => undefined);
    try {
      const sizeBytes = await unpackAttempt(attempt, options, signal);
      if ((await unlessAborted(attempt.fate, signal)) === 'whole') return { sizeBytes };
      await removeTree(root);
    } catch (error) {
      await removeTree(root);
      if (signal.aborted || !mayBeBytes(error)) throw toLayerError(error);
      if ((await unlessAborted(attempt.fate, signal)) === 'whole') throw toLayerError(error);
    }
  }
}

function mayBeBytes(error: unknown): boolean {
  return isBerthError(error) && (faultsOfBytes.has(error.code) || error.code === 'BLOB_SUPERSEDED');
}

async function unpackAttempt(
  attempt: BlobAttempt,
  options: UnpackOptions,
  signal: AbortSignal,
): Promise<number> {
  const {
    blob,
    root,
    diffId,
    pool,
    limits = defaultLimits,
    onProgress = () => undefined,
  } = options;
  // A thread is for what can be worked on: others may be further than this one.
  await unlessAborted(attempt.available(0), signal);
  await mkdir(root, { mode: 0o755 });
  const file = await openBlob(attempt);
  try {
    const order = { blobFd: file.fd, blobBytes: blob.sizeBytes, diffId, limits };
    const available = (seenBytes: number): ReturnType<BlobAttempt['available']> =>
      attempt.available(seenBytes);
    return await pool.run({ order, root, available, onProgress, signal });
  } finally {
    await file.close();
  }
}

/** The blob may move into the store at this very moment; it then is at the attempt's new path. */
async function openBlob(attempt: BlobAttempt): ReturnType<typeof open> {
  for (;;) {
    const { path } = attempt;
    try {
      return await open(path, 'r');
    } catch (error) {
      if (!hasErrno(error, 'ENOENT') || attempt.path === path) throw error;
    }
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(signal.reason as Error);
  };
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    aborted.promise.catch(() => undefined);
  }
}

/** A program of a berthd that was killed, or of a thread that was lost, may add to it while it is removed. */
async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
