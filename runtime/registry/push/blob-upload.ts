import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { Digest } from '../../image/digest.ts';
import type { RepositoryClient } from '../repository-client.ts';
import { isTransient, retryDelayMs } from '../request-retries.ts';
import type { RetryPolicy } from '../request-retries.ts';
import type { UploadSession } from './upload-session.ts';

/** One blob to upload. */
export interface BlobUploadOptions {
  readonly client: Pick<RepositoryClient, 'hasBlob' | 'uploads' | 'retryPolicy'>;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Reads the blob from a byte on; called again after a broken connection. */
  readonly open: (offsetBytes: number) => AsyncIterable<Uint8Array>;
  /** An upload that the registry has begun instead of a mount. */
  readonly begun: UploadSession | undefined;
  readonly signal: AbortSignal;
  /** Bytes that are sent; goes back when a part has to be sent again. */
  readonly onSent: (sentBytes: number) => void;
  readonly onRetry: (error: unknown, delayMs: number) => void;
}

/** Uploads one blob, and goes on where it was after a broken connection. */
export class BlobUpload {
  readonly #options: BlobUploadOptions;
  readonly #policy: RetryPolicy;
  #session: UploadSession | undefined;
  /** Tries since the registry last had more than before. */
  #attempt = 0;
  #mostBytes = 0;
  /** Whether what the registry has came in several tries. */
  #isPieced = false;
  /** What reading the blob threw: that is no fault of the registry. */
  #unreadable: { readonly error: unknown } | undefined;

  constructor(options: BlobUploadOptions) {
    this.#options = options;
    this.#policy = {
      ...options.client.retryPolicy(options.signal),
      retryable: (error) => this.#isWorthATry(error),
    };
    this.#session = options.begun;
  }

  /**
   * Resolves when the registry has the blob. An upload that fails for good is cancelled.
   *
   * @throws REGISTRY_UNAUTHORIZED, REGISTRY_REFUSED, REGISTRY_UNREACHABLE ..., what `open` throws, the signal's reason
   */
  async run(): Promise<void> {
    const { signal } = this.#options;
    try {
      for (;;) {
        try {
          await this.#try();
          return;
        } catch (error) {
          signal.throwIfAborted();
          if ((await this.#recover(error)) === 'there') return;
        }
      }
    } catch (error) {
      await this.#session?.cancel();
      throw error;
    }
  }

  /** Sends what the registry does not have yet. */
  async #try(): Promise<void> {
    const { client, digest, sizeBytes, signal } = this.#options;
    const session = (this.#session ??= await client.uploads.begin(signal));
    while (session.offsetBytes < sizeBytes) {
      const offsetBytes = session.offsetBytes;
      const left = sizeBytes - offsetBytes;
      const length = Math.min(left, session.chunkBytes ?? left);
      const open = (): AsyncIterable<Uint8Array> => this.#read(offsetBytes, length);
      await session.send({ open, offsetBytes, sizeBytes: length, totalBytes: sizeBytes }, signal);
      this.#advanced(session.offsetBytes);
    }
    await session.finish(digest, signal);
  }

  /** Reads a part of the blob, and reports it as it goes out. */
  async *#read(offsetBytes: number, length: number): AsyncGenerator<Uint8Array> {
    const { open, onSent } = this.#options;
    let readBytes = 0;
    onSent(offsetBytes);
    try {
      for await (const chunk of open(offsetBytes)) {
        const part = chunk.subarray(0, length - readBytes);
        readBytes += part.byteLength;
        if (part.byteLength > 0) yield part;
        onSent(offsetBytes + readBytes);
        if (readBytes === length) return;
      }
      throw shorter(this.#options, offsetBytes + readBytes);
    } catch (error) {
      this.#unreadable = { error };
      throw error;
    }
  }

  #advanced(offsetBytes: number): void {
    if (offsetBytes <= this.#mostBytes) return;
    this.#mostBytes = offsetBytes;
    this.#attempt = 0;
  }

  /** Waits, and finds out where to go on. @throws `error`, when there is no use in it */
  async #recover(error: unknown): Promise<'again' | 'there'> {
    const { client, digest, signal, onRetry } = this.#options;
    if (this.#unreadable !== undefined) throw this.#unreadable.error;
    this.#attempt += 1;
    const delayMs = retryDelayMs(error, this.#attempt, this.#policy);
    if (delayMs === undefined) throw error;
    // It only is somewhere else than we think: ask where, at once, the first time.
    if (statusOf(error) !== 416 || this.#attempt > 1) {
      onRetry(error, delayMs);
      await this.#policy.clock.sleep(delayMs, signal);
    }
    // The answer to the end of an upload may have been lost, not the upload.
    if ((await client.hasBlob(digest, signal)) !== undefined) return 'there';
    const fromBytes = this.#session?.offsetBytes;
    if (isLost(error)) this.#session = undefined;
    await this.#findOut();
    // "0-0" is none, and one byte: a registry that does not go on from where it says that it is has to begin anew.
    if (statusOf(error) === 416 && this.#session?.offsetBytes === fromBytes)
      this.#session = undefined;
    return 'again';
  }

  /** Asks where the registry is, if it still knows. */
  async #findOut(): Promise<void> {
    const { signal } = this.#options;
    try {
      await this.#session?.refresh(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (statusOf(error) === undefined) throw error;
      // It has forgotten the upload, or cannot go on with it (docker-registry 2, after half a part).
      this.#session = undefined;
    }
    const offsetBytes = this.#session?.offsetBytes ?? 0;
    this.#isPieced = offsetBytes > 0;
    this.#advanced(offsetBytes);
  }

  #isWorthATry(error: unknown): boolean {
    if (isTransient(error) || statusOf(error) === 416) return true;
    // Wrong bytes in one piece will be wrong the next time, too.
    return isLost(error) && (this.#isPieced || !codesOf(error).includes('DIGEST_INVALID'));
  }
}

function shorter({ digest, sizeBytes }: BlobUploadOptions, readBytes: number): BerthError {
  return new BerthError('CONTENT_MISMATCH', {
    message: `"${digest}" has ${readBytes} bytes here; wanted ${sizeBytes}`,
    remedy: 'Pull or build the image again.',
    details: { digest },
  });
}

function statusOf(error: unknown): unknown {
  return isBerthError(error) ? error.details['status'] : undefined;
}

/** Whether the upload itself is gone, or holds what it should not: a new one has to begin from the start. */
function isLost(error: unknown): boolean {
  return statusOf(error) === 404 || codesOf(error).some((code) => lostCodes.has(code));
}

const lostCodes: ReadonlySet<unknown> = new Set([
  'BLOB_UPLOAD_UNKNOWN',
  'BLOB_UPLOAD_INVALID',
  'DIGEST_INVALID',
  'SIZE_INVALID',
]);

function codesOf(error: unknown): readonly unknown[] {
  const codes = isBerthError(error) ? error.details['codes'] : undefined;
  return Array.isArray(codes) ? codes : [];
}
