import { createHash } from 'node:crypto';

import { BerthError } from '../../errors/berth-error.ts';
import type { Clock } from '../../host/clock.ts';
import { hasErrno, open } from '../../host/files.ts';
import { digestOfHex } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import type { Report } from '../mirror-event.ts';
import type { ByteSpan } from '../request/byte-span.ts';
import { resuming } from '../upstream/source.ts';
import type { Source, SourceBody } from '../upstream/source.ts';
import type { Content, FileHandle } from './content.ts';
import { readBehind } from './content.ts';
import type { DiskCache, Reservation } from './disk-cache.ts';
import { passThrough } from './pass-through.ts';
import { Progress } from './progress.ts';
import { contentMismatch } from './verified-file.ts';

/** What an `Arrival` needs. */
export interface ArrivalOptions {
  readonly cache: DiskCache;
  readonly clock: Clock;
  readonly report: Report;
  readonly source: Source;
  /** The answer whose head has come, from the first byte on. */
  readonly body: SourceBody;
  /** `undefined` when nobody knows: then only the size is verified. */
  readonly digest: Digest | undefined;
  /** Ends the download with the mirror. */
  readonly signal: AbortSignal;
}

/** Content that came whole. */
export interface Arrived {
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** So long a download goes on without readers: one that lost its connection comes back for the rest. */
const patienceMs = 60_000;

/** Old content that goes at once when the disk is full. */
const yieldedBytes = 64 * 1024 * 1024;

/** The disk does not take the content: it is passed through instead. */
class NotKept extends Error {}

/**
 * One download that any number of readers share: it is written to the cache, and they read behind it at their own pace.
 * When the disk is full each of them goes on with a download of its own.
 */
export class Arrival {
  readonly sizeBytes: number | undefined;
  /** Resolves when it is in the cache; rejects when it will not be. */
  readonly arrived: Promise<Arrived>;
  readonly #options: ArrivalOptions;
  readonly #reservation: Reservation;
  readonly #file: FileHandle;
  readonly #progress = new Progress();
  readonly #stop = new AbortController();
  #readers = 0;
  #isOver = false;
  #patience = new AbortController();

  private constructor(options: ArrivalOptions, reservation: Reservation, file: FileHandle) {
    this.#options = options;
    this.#reservation = reservation;
    this.#file = file;
    this.sizeBytes = options.body.sizeBytes;
    this.arrived = this.#receive();
    this.arrived.catch(() => undefined);
  }

  /** Begins to store a body; `undefined` when the disk has no room, and the body is as it was. */
  static async begin(options: ArrivalOptions): Promise<Arrival | undefined> {
    let reservation: Reservation | undefined;
    try {
      reservation = await options.cache.reserve(options.body.sizeBytes ?? 0);
      if (reservation !== undefined) {
        const file = await open(reservation.temporary, 'wx+', 0o600);
        return new Arrival(options, reservation, file);
      }
      throw new Error('there is no room for it');
    } catch (error) {
      await reservation?.discard().catch(() => undefined);
      options.report({ kind: 'not-kept', what: options.source.name, error });
      return undefined;
    }
  }

  /** Opens it for one reader; `undefined` when it is over: look into the cache. */
  open(): Content | undefined {
    if (this.#isOver) return undefined;
    this.#readers += 1;
    this.#patience.abort(new Error('a reader has come'));
    let isClosed = false;
    return {
      sizeBytes: this.sizeBytes,
      read: (span) => this.#read(span),
      close: async () => {
        if (isClosed) return;
        isClosed = true;
        this.#readers -= 1;
        if (this.#readers > 0) return;
        if (this.#isOver) await this.#file.close();
        else this.#waitForReaders();
      },
    };
  }

  async *#read(span: ByteSpan): AsyncGenerator<Uint8Array, void> {
    let position = span.from;
    try {
      for await (const piece of readBehind(this.#file, this.#progress, span)) {
        position += piece.byteLength;
        yield piece;
      }
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
      const { source, digest, signal } = this.#options;
      const prefix = { file: this.#file, bytes: position };
      yield* passThrough({ source, digest, signal, prefix, span: { from: position, to: span.to } });
    }
  }

  async #receive(): Promise<Arrived> {
    const { source, report, clock } = this.#options;
    const startedMs = clock.now();
    try {
      const arrived = await this.#write();
      await this.#keep(arrived);
      this.#progress.succeed();
      const { from } = this.#options.body;
      const tookMs = clock.now() - startedMs;
      report({ kind: 'fetched', what: source.name, from, bytes: arrived.sizeBytes, tookMs });
      return arrived;
    } catch (error) {
      if (error instanceof NotKept) report({ kind: 'not-kept', what: source.name, error });
      else report({ kind: 'broken', what: source.name, error });
      this.#progress.fail(error);
      await this.#reservation.discard().catch(() => undefined);
      throw error;
    } finally {
      this.#isOver = true;
      this.#patience.abort(new Error('the download is over'));
      if (this.#readers === 0) await this.#file.close();
    }
  }

  /** Moves it into the cache. When that fails it was received all the same, and its readers have an open file. */
  async #keep({ digest, sizeBytes }: Arrived): Promise<void> {
    try {
      await this.#reservation.commit(digest, sizeBytes);
    } catch (error) {
      this.#options.report({ kind: 'not-kept', what: this.#options.source.name, error });
      await this.#reservation.discard().catch(() => undefined);
    }
  }

  async #write(): Promise<Arrived> {
    const { source, body } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#stop.signal]);
    const hash = createHash('sha256');
    let position = 0;
    for await (const chunk of resuming(source, body, { offsetBytes: 0, signal })) {
      if (position + chunk.byteLength > (body.sizeBytes ?? Number.POSITIVE_INFINITY))
        throw tooLong(source, body);
      if (!(await this.#reservation.extend(position + chunk.byteLength)))
        throw new NotKept('it is longer than there is room for');
      hash.update(chunk);
      await this.#writeChunk(chunk, position);
      position += chunk.byteLength;
      this.#progress.wrote(position);
    }
    const digest = digestOfHex(hash.digest('hex'));
    const wanted = this.#options.digest;
    if (wanted === undefined || wanted === digest) return { digest, sizeBytes: position };
    source.distrust();
    throw contentMismatch(wanted, digest);
  }

  /** Writes a chunk; once old content has made room, when the disk is full. */
  async #writeChunk(chunk: Uint8Array, position: number): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await writeAt(this.#file, chunk, position);
        return;
      } catch (error) {
        const isFull = hasErrno(error, 'ENOSPC', 'EDQUOT');
        if (!isFull || attempt > 0 || !(await this.#options.cache.yieldRoom(yieldedBytes)))
          throw new NotKept('the disk does not take it', { cause: error });
      }
    }
  }

  #waitForReaders(): void {
    this.#patience = new AbortController();
    this.#options.clock.sleep(patienceMs, this.#patience.signal).then(
      () => {
        this.#stop.abort(new Error('nobody reads it any more'));
      },
      () => undefined,
    );
  }
}

async function writeAt(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, done, undefined, position + done);
    done += bytesWritten;
  }
}

function tooLong({ name }: Source, { sizeBytes, from }: SourceBody): BerthError {
  return new BerthError('CONTENT_MISMATCH', {
    message: `"${from}" sends more of "${name}" than it said; wanted ${sizeBytes ?? 0} bytes`,
    remedy: 'Fetch it again; when it happens again, its source is damaged or dishonest.',
  });
}
