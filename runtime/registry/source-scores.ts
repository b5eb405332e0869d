import type { Clock } from '../host/clock.ts';
import type { SourceScore, SourceState } from '../image/mirror-scores.ts';
import type { Endpoint } from './endpoint.ts';
import {
  afterAnswer,
  afterDelivery,
  afterFailure,
  afterWrongDigest,
  costMs,
  unmeasured,
} from './measurement.ts';
import type { Delivery, Measurement } from './measurement.ts';
import { readScores, writeScores } from './score-file.ts';

/** A source of a registry's images. */
export interface SourceKey {
  readonly registry: string;
  readonly source: string;
}

/** What `SourceScores` needs. */
export interface SourceScoresOptions {
  readonly clock: Clock;
  /** File that keeps the measurements between starts. */
  readonly path: string | undefined;
  readonly onNotice: (message: string) => void;
}

/** The registry itself is asked before a mirror only when it is this many times faster: others pay for its traffic. */
const originHandicap = 4;

/** How long a source may take before another one is asked too: so many times what it takes, within limits. */
const patience = { factor: 4, unknownMs: 1500, leastMs: 1000, mostMs: 3000 };

/** What was measured of all sources, and what follows from it for the next choice. */
export class SourceScores {
  readonly #options: SourceScoresOptions;
  readonly #measurements = new Map<string, Measurement>();
  readonly #loading: Promise<void>;
  #state: 'saved' | 'changed' = 'saved';

  constructor(options: SourceScoresOptions) {
    this.#options = options;
    this.#loading = this.#load();
  }

  /** Resolves when what earlier processes measured is known. */
  ready(): Promise<void> {
    return this.#loading;
  }

  /** The first byte of an answer came. */
  answered(key: SourceKey, firstByteMs: number): void {
    this.#change(key, (before, now) => afterAnswer(before, firstByteMs, now));
  }

  /** Bytes of a blob came. */
  delivered(key: SourceKey, delivery: Delivery): void {
    this.#change(key, (before, now) => afterDelivery(before, delivery, now));
  }

  /** No answer, an error, or a connection that broke. @param restMs How long the source asked to be left alone. */
  failed(key: SourceKey, restMs?: number): void {
    this.#change(key, (before, now) => afterFailure(before, now, restMs));
  }

  /** Content did not have the digest that was asked for. */
  lied(key: SourceKey): void {
    this.#change(key, afterWrongDigest);
  }

  /** How long to wait for bytes of a source before asking another one too. */
  patienceMs(key: SourceKey): number {
    const { firstByteMs } = this.#measurements.get(textOf(key)) ?? {};
    if (firstByteMs === undefined) return patience.unknownMs;
    return Math.min(Math.max(firstByteMs * patience.factor, patience.leastMs), patience.mostMs);
  }

  /** Bytes a second that a source delivered lately; `undefined` when that has not been measured. */
  bytesPerSecond(key: SourceKey): number | undefined {
    return this.#measurements.get(textOf(key))?.bytesPerSecond;
  }

  state(key: SourceKey): SourceState {
    const known = this.#measurements.get(textOf(key));
    const now = this.#options.clock.now();
    if (known === undefined) return 'untried';
    if (known.droppedUntilMs > now) return 'dropped';
    if (known.failingUntilMs > now) return 'failing';
    return known.firstByteMs === undefined ? 'untried' : 'good';
  }

  /**
   * The endpoints of a registry in the order in which to ask them: by how long a typical blob is likely to take, those
   * that failed lately after the others, dropped mirrors not at all. Those that have not been measured count as
   * middling, in the order of the configuration.
   */
  rank(registry: string, endpoints: readonly Endpoint[]): readonly Endpoint[] {
    const now = this.#options.clock.now();
    const ranked = endpoints.map((endpoint) => {
      const key = { registry, source: endpoint.name };
      const known = this.#measurements.get(textOf(key));
      const handicap = endpoint.kind === 'origin' ? originHandicap : 1;
      return { endpoint, state: this.state(key), cost: costMs(known, now) * handicap };
    });
    const isLast = (state: SourceState): number =>
      state === 'good' || state === 'untried' ? 0 : 1;
    return ranked
      .filter(({ endpoint, state }) => state !== 'dropped' || endpoint.kind === 'origin')
      .sort((a, b) => isLast(a.state) - isLast(b.state) || a.cost - b.cost)
      .map(({ endpoint }) => endpoint);
  }

  /** What is known of an endpoint, for people. */
  score(registry: string, { name, kind }: Endpoint): SourceScore {
    const key = { registry, source: name };
    const known = this.#measurements.get(textOf(key)) ?? unmeasured(registry, name);
    const { firstByteMs, bytesPerSecond, errors, wrongDigests, bytes, blobs, lastUsedMs } = known;
    return {
      ...{ registry, source: name, kind, state: this.state(key), firstByteMs, bytesPerSecond },
      ...{ errors, wrongDigests, bytes, blobs, lastUsedMs },
    };
  }

  /** The registries that something was measured of. */
  registries(): readonly string[] {
    return [...new Set([...this.#measurements.values()].map(({ registry }) => registry))];
  }

  /** Forgets a source of whatever registry, or all of them. Returns how many. */
  forget(source: string | undefined): number {
    const forgotten = [...this.#measurements].filter(
      ([, known]) => source === undefined || isSameSource(known.source, source),
    );
    for (const [text] of forgotten) this.#measurements.delete(text);
    if (forgotten.length > 0) this.#state = 'changed';
    return forgotten.length;
  }

  /** Writes what was measured since the last time. That it cannot be kept is no reason for a pull to fail. */
  async save(): Promise<void> {
    const { path, onNotice } = this.#options;
    if (path === undefined || this.#state === 'saved') return;
    this.#state = 'saved';
    await writeScores(path, [...this.#measurements.values()]).catch((error: unknown) => {
      onNotice(`"${path}" cannot be written: ${String(error)}`);
    });
  }

  async #load(): Promise<void> {
    const { path, onNotice } = this.#options;
    if (path === undefined) return;
    for (const known of await readScores(path, onNotice)) {
      const text = textOf(known);
      if (!this.#measurements.has(text)) this.#measurements.set(text, known);
    }
  }

  #change(key: SourceKey, change: (before: Measurement, nowMs: number) => Measurement): void {
    const before = this.#measurements.get(textOf(key)) ?? unmeasured(key.registry, key.source);
    this.#measurements.set(textOf(key), change(before, this.#options.clock.now()));
    this.#state = 'changed';
  }
}

/** People leave a slash at the end out, or write one. */
function isSameSource(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}

function textOf({ registry, source }: SourceKey): string {
  return `${registry} ${source}`;
}
