import type { Clock } from '../../host/clock.ts';
import type { Digest } from '../../image/digest.ts';
import type { Report } from '../mirror-event.ts';
import type { Source, SourceBody } from '../upstream/source.ts';
import { Arrival } from './arrival.ts';
import type { Arrived } from './arrival.ts';
import type { Content } from './content.ts';
import type { DiskCache } from './disk-cache.ts';
import { passedThrough } from './pass-through.ts';

/** What `Arrivals` needs. */
export interface ArrivalsOptions {
  readonly cache: DiskCache;
  readonly clock: Clock;
  readonly report: Report;
  /** Ends all downloads. */
  readonly signal: AbortSignal;
}

/** What is to be fetched. */
export interface Wanted {
  readonly source: Source;
  readonly digest: Digest | undefined;
  /** The answer that has come already; without it the source is asked. */
  readonly body?: SourceBody;
  /** Called when it is in the cache. */
  readonly onArrived?: (arrived: Arrived) => Promise<void>;
  /** Called when nobody can join it any more. */
  readonly onOver?: () => void;
}

/** A download. */
interface Running {
  /** `undefined` when there is no room to store it; rejects when the source does not begin. */
  readonly arrival: Promise<Arrival | undefined>;
  /** Resolves when it is over and its outcome is written down. */
  readonly over: PromiseWithResolvers<undefined>;
}

/** Downloads that are under way: who wants the same content gets the same download. */
export class Arrivals {
  readonly #options: ArrivalsOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: ArrivalsOptions) {
    this.#options = options;
  }

  /**
   * Joins a download that is under way.
   *
   * @returns `undefined` when there is none (any more): then what it brought is in the cache
   * @throws what the source throws
   */
  async join(key: string): Promise<Content | undefined> {
    const running = this.#running.get(key);
    if (running === undefined) return undefined;
    const content = (await running.arrival)?.open();
    // It has just ended: who looks into the cache before its name is written would fetch it again.
    if (content === undefined) await running.over.promise;
    return content;
  }

  /**
   * Joins the download of `key`, or begins it.
   *
   * @throws what the source throws
   */
  async fetch(key: string, wanted: Wanted): Promise<Content> {
    const joined = await this.join(key);
    if (joined !== undefined) return joined;
    // Another request may have begun it while this one looked.
    if (this.#running.has(key)) return this.fetch(key, wanted);
    const { signal } = this.#options;
    const { source, digest } = wanted;
    const body = wanted.body === undefined ? source.open(0, signal) : Promise.resolve(wanted.body);
    const running = {
      arrival: this.#begin(body, wanted),
      over: Promise.withResolvers<undefined>(),
    };
    this.#running.set(key, running);
    const forget = (): void => {
      this.#running.delete(key);
      wanted.onOver?.();
      running.over.resolve(undefined);
    };
    try {
      const arrival = await running.arrival;
      if (arrival === undefined) forget();
      else
        arrival.arrived
          .then(wanted.onArrived)
          .catch(() => undefined)
          .finally(forget);
      return arrival?.open() ?? passedThrough({ source, digest, signal, body: await body });
    } catch (error) {
      forget();
      throw error;
    }
  }

  async #begin(body: Promise<SourceBody>, wanted: Wanted): Promise<Arrival | undefined> {
    const { source, digest } = wanted;
    return Arrival.begin({ ...this.#options, source, digest, body: await body });
  }
}
