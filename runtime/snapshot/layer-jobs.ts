import type { Digest } from '../image/digest.ts';
import type { EnsureOptions } from '../image/layer-stacks.ts';
import { LayerJob } from './layer-job.ts';
import type { LayerJobParts, LayerUser, MissingLayer } from './layer-job.ts';

/** The layers that are being unpacked, each once however many want it. */
export class LayerJobs {
  readonly #parts: LayerJobParts;
  readonly #jobs = new Map<Digest, LayerJob>();

  constructor(parts: LayerJobParts) {
    this.#parts = parts;
  }

  /**
   * Unpacks layers side by side, and gives them their names, lowest first, when all are there. Nothing of what was
   * unpacked for this call alone stays when one fails.
   *
   * @throws the codes of `unpackLayer`, the signal's reason, or what the blobs throw
   */
  async unpack(layers: readonly MissingLayer[], { signal, onEvent }: EnsureOptions): Promise<void> {
    const shares = layers.map((layer) => {
      const user: LayerUser = { blob: layer.source?.blob, onEvent };
      return { job: this.#join(layer, user), user };
    });
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => undefined);
    const abort = (): void => {
      aborted.reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      await Promise.race([Promise.all(shares.map(({ job }) => job.ready)), aborted.promise]);
      for (const { job } of shares) await job.publish();
    } finally {
      signal?.removeEventListener('abort', abort);
      await Promise.all(shares.map(({ job, user }) => this.#leave(job, user)));
    }
  }

  #join(layer: MissingLayer, user: LayerUser): LayerJob {
    const running = this.#jobs.get(layer.chainId);
    if (running) {
      running.join(user);
      return running;
    }
    const job = new LayerJob(layer, this.#parts, user);
    this.#jobs.set(layer.chainId, job);
    return job;
  }

  #leave(job: LayerJob, user: LayerUser): Promise<void> {
    return job.leave(user, () => {
      // Whoever comes from now on begins anew.
      if (this.#jobs.get(job.chainId) === job) this.#jobs.delete(job.chainId);
    });
  }
}
