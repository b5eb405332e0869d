import type { ArrivingBlob } from '../../image/arriving-blob.ts';
import type { BlobStore } from '../../image/blob-store.ts';
import type { Digest } from '../../image/digest.ts';
import type { Lease } from '../../image/lease.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { BlobDownload } from './blob-download.ts';
import type { DownloadTools } from './blob-filler.ts';
import { failureKind, retryAfterMs } from '../source-failure.ts';
import type { Source } from '../source.ts';

/** A pull that wants a blob. */
export interface Participant {
  /** Whom it may ask, best first. */
  readonly sources: () => readonly Source[];
  readonly onBytes: (receivedBytes: number) => void;
  readonly onFailed: (source: Source, error: unknown) => void;
}

/** A pull's part in a download. */
export interface Participation {
  /** For reading while it arrives. */
  readonly blob: ArrivingBlob;
  /**
   * Starts the download, unless another pull has, and waits for its end.
   *
   * @param signal Ends this pull's part; the download goes on while others want it.
   * @returns Names of the sources that the blob came from
   */
  run(signal: AbortSignal): Promise<readonly string[]>;
}

/** Downloads under way, so that pulls at the same time that want the same blob fetch it once. */
export class SharedDownloads {
  readonly #tools: DownloadTools;
  readonly #stores = new WeakMap<BlobStore, Map<Digest, SharedDownload>>();

  constructor(tools: DownloadTools) {
    this.#tools = tools;
  }

  /** Takes part in the download of a blob until the lease is released. The lease must hold the blob. */
  join(descriptor: Descriptor, lease: Lease, participant: Participant): Participation {
    const downloads = this.#stores.getOrInsertComputed(lease.blobs, () => new Map());
    const { digest } = descriptor;
    const shared = downloads.getOrInsertComputed(digest, () => {
      const onEnd = (): void => {
        if (downloads.get(digest) === shared) downloads.delete(digest);
      };
      return new SharedDownload({ descriptor, blobs: lease.blobs, tools: this.#tools, onEnd });
    });
    shared.join(participant);
    lease.onRelease(() => shared.leave(participant));
    return { blob: shared.blob, run: (signal) => shared.run(participant, signal) };
  }
}

interface SharedDownloadOptions {
  readonly descriptor: Descriptor;
  readonly blobs: BlobStore;
  readonly tools: DownloadTools;
  /** Called when nobody may join any more. */
  readonly onEnd: () => void;
}

/** One download, and the pulls that want it. */
class SharedDownload {
  readonly #options: SharedDownloadOptions;
  readonly #download: BlobDownload;
  /** Those whose lease is not released yet: the file has to stay for them. */
  readonly #holders = new Set<Participant>();
  /** Those that want the blob, now or when it is their turn. */
  readonly #interested = new Set<Participant>();
  /** Those whose turn it is. */
  readonly #waiting = new Set<Participant>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #receivedBytes = 0;
  #state: 'waiting' | 'arriving' | 'whole' | 'failed' = 'waiting';

  constructor(options: SharedDownloadOptions) {
    this.#options = options;
    this.#download = new BlobDownload({
      ...options,
      sources: () => this.#sources(),
      onBytes: (receivedBytes) => {
        this.#receivedBytes = receivedBytes;
        for (const participant of this.#waiting) participant.onBytes(receivedBytes);
      },
      onFailed: (source, error) => {
        this.#failed(source, error);
      },
    });
  }

  get blob(): ArrivingBlob {
    return this.#download.blob;
  }

  join(participant: Participant): void {
    this.#holders.add(participant);
    this.#interested.add(participant);
  }

  async run(participant: Participant, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    this.#waiting.add(participant);
    if (this.#receivedBytes > 0) participant.onBytes(this.#receivedBytes);
    this.#running ??= this.#run();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => {
      // The last one sees it through, so that nothing goes on behind its back.
      void this.#lose(participant, signal.reason).then(() => {
        aborted.reject(signal.reason as Error);
      });
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#running, aborted.promise]);
      signal.throwIfAborted();
      return this.#download.servedBy;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(participant);
    }
  }

  /** A pull has ended, in whatever way. */
  async leave(participant: Participant): Promise<void> {
    await this.#lose(participant, new Error('nobody wants the blob any more'));
    this.#holders.delete(participant);
    if (this.#holders.size > 0) return;
    const { blobs, descriptor, onEnd } = this.#options;
    onEnd();
    // What has failed is dealt with already.
    if (this.#state === 'failed') return;
    const outcome = this.#state === 'whole' ? 'remove' : 'keep';
    await blobs.partials.release(descriptor.digest, this.#download.path, outcome);
  }

  async #lose(participant: Participant, reason: unknown): Promise<void> {
    this.#interested.delete(participant);
    this.#waiting.delete(participant);
    if (this.#interested.size > 0 || this.#state !== 'arriving') return;
    this.#options.onEnd();
    this.#stop.abort(reason);
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    this.#state = 'arriving';
    try {
      await this.#download.run(this.#stop.signal);
      this.#state = 'whole';
    } catch (error) {
      this.#state = 'failed';
      throw error;
    } finally {
      this.#options.onEnd();
    }
  }

  /** Those of all pulls; the ones that failed lately last. */
  #sources(): readonly Source[] {
    const { scores } = this.#options.tools;
    const all = [...this.#interested].flatMap((participant) => participant.sources());
    const isFailing = (source: Source): number => (scores.state(source) === 'failing' ? 1 : 0);
    return all.sort((a, b) => isFailing(a) - isFailing(b));
  }

  #failed(source: Source, error: unknown): void {
    const owner = [...this.#interested].filter((one) => one.sources().includes(source));
    // The connections of a pull that went away break: that says nothing of the source.
    if (owner.length === 0) return;
    const { scores, clock } = this.#options.tools;
    const kind = failureKind(error);
    if (kind === 'wrong') scores.lied(source);
    else if (kind === 'down' || kind === 'busy')
      scores.failed(source, retryAfterMs(error, clock.now()));
    for (const participant of this.#interested) participant.onFailed(source, error);
  }
}
