import { discardedBuffers } from '../../host/young-generation.ts';
import type { Clock } from '../../host/clock.ts';
import { contentMismatch } from '../../image/content-error.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { registryError } from '../registry-error.ts';
import type { SourceScores } from '../source-scores.ts';
import type { Source } from '../source.ts';

/** What a `Runner` needs. */
export interface RunnerOptions {
  readonly source: Source;
  readonly descriptor: Descriptor;
  readonly clock: Clock;
  readonly scores: SourceScores;
  /** Bytes that the file has already and that it may send again, if it does not know ranges. */
  readonly mostRepeatedBytes: number;
}

/** A source does not know ranges, and would have to send too much again. */
export class RangesUnknownError extends Error {}

/** One source that sends the rest of a blob, and what is measured of it meanwhile. */
export class Runner {
  readonly source: Source;
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  readonly #startedAtMs: number;
  #lastBytesAtMs: number;
  /** Whether the bytes that came last are still being written: then it is not the source that is slow. */
  #isTaking = false;
  #firstBytesAtMs: number | undefined;
  #receivedBytes = 0;
  /** Where in the blob the next bytes to be written or held belong. */
  #position = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(options: RunnerOptions) {
    this.source = options.source;
    this.#options = options;
    this.#startedAtMs = options.clock.now();
    this.#lastBytesAtMs = this.#startedAtMs;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** How long it has sent nothing. */
  get silentMs(): number {
    return this.#isTaking ? 0 : this.#options.clock.now() - this.#lastBytesAtMs;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Bytes that are held back, in memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether what it has sent reaches to the blob's end. */
  get isAtEnd(): boolean {
    return this.#position + this.#heldBytes === this.#options.descriptor.size;
  }

  stop(): void {
    this.#stop.abort(new Error('another source was faster'));
  }

  /**
   * Reads to the blob's end. Each piece is waited for before the next one is read, so that what has not been written
   * stays in the network.
   *
   * @throws what the source throws, CONTENT_MISMATCH for another length, REGISTRY_UNREACHABLE for an early end
   */
  async run(fromBytes: number, take: (chunk: Uint8Array) => Promise<void>): Promise<void> {
    const { descriptor, clock, mostRepeatedBytes } = this.#options;
    try {
      const { body, offsetBytes, sizeBytes } = await this.source.blob(
        descriptor.digest,
        fromBytes,
        this.#stop.signal,
      );
      if (sizeBytes !== undefined && sizeBytes !== descriptor.size)
        throw contentMismatch('a size of', sizeBytes, descriptor.size);
      if (fromBytes - offsetBytes > mostRepeatedBytes)
        throw new RangesUnknownError(`"${this.source.source}" does not know ranges`);
      this.#position = offsetBytes;
      let endBytes = offsetBytes;
      this.#options.scores.answered(this.source, clock.now() - this.#startedAtMs);
      for await (const chunk of body) {
        this.#lastBytesAtMs = clock.now();
        this.#firstBytesAtMs ??= this.#lastBytesAtMs;
        this.#receivedBytes += chunk.byteLength;
        endBytes += chunk.byteLength;
        if (endBytes > descriptor.size)
          throw contentMismatch('a size of at least', endBytes, descriptor.size);
        this.#isTaking = true;
        await take(chunk);
        this.#isTaking = false;
        this.#lastBytesAtMs = clock.now();
        discardedBuffers(chunk.byteLength);
        if (this.isStopped) return;
      }
      if (endBytes < descriptor.size) throw endedEarly(this.source, endBytes, descriptor);
    } finally {
      this.#measure();
    }
  }

  /** Keeps bytes for later, without those that the file has already. */
  hold(chunk: Uint8Array, fileBytes: number): void {
    const at = this.#position + this.#heldBytes;
    if (this.#heldBytes === 0) {
      const fresh = chunk.subarray(Math.max(fileBytes - at, 0));
      this.#position = at + chunk.byteLength - fresh.byteLength;
      if (fresh.byteLength > 0) this.#held.push(fresh);
      this.#heldBytes = fresh.byteLength;
      return;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
  }

  /** Gives back what was held; it is to be given to `advance`. */
  release(): readonly Uint8Array[] {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  /** Moves on by a piece. Returns the part of it that the file does not have yet. */
  advance(chunk: Uint8Array, fileBytes: number): Uint8Array {
    const skip = Math.min(Math.max(fileBytes - this.#position, 0), chunk.byteLength);
    this.#position += chunk.byteLength;
    return chunk.subarray(skip);
  }

  #measure(): void {
    const { scores, descriptor, clock } = this.#options;
    if (this.#firstBytesAtMs === undefined) return;
    scores.delivered(this.source, {
      bytes: this.#receivedBytes,
      durationMs: clock.now() - this.#firstBytesAtMs,
      isEnd: this.#position === descriptor.size,
    });
  }
}

function endedEarly({ source }: Source, bytes: number, { digest, size }: Descriptor): Error {
  return registryError(
    'REGISTRY_UNREACHABLE',
    `"${source}" ended "${digest}" after ${bytes} of ${size} bytes`,
  );
}
