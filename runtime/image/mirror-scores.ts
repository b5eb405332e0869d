/** How a source of images does, by what was measured. */
export type SourceState =
  /** Nothing was asked of it yet. */
  | 'untried'
  /** It delivers. */
  | 'good'
  /** It failed lately; others are asked before it. */
  | 'failing'
  /** It delivered a wrong digest; it is not asked any more for a while. */
  | 'dropped';

/** What was measured of one source of one registry's images: a mirror, or the registry itself. */
export interface SourceScore {
  /** The registry whose images it has, as in names: `docker.io`, `ghcr.io`. */
  readonly registry: string;
  /** As pull's progress names it: a mirror's URL, or the registry's host. */
  readonly source: string;
  readonly kind: 'mirror' | 'origin';
  readonly state: SourceState;
  /** From a request to the first byte of its answer, smoothed, in milliseconds; `undefined` when not measured. */
  readonly firstByteMs: number | undefined;
  /** Bytes a second of large blobs, smoothed; `undefined` when not measured. */
  readonly bytesPerSecond: number | undefined;
  /** Requests and transfers that failed. */
  readonly errors: number;
  /** Content that did not have the digest that was asked for. */
  readonly wrongDigests: number;
  /** Bytes of blobs it served, those of tries that failed later included. */
  readonly bytes: number;
  /** Blobs it served to their end. */
  readonly blobs: number;
  /** When it was last asked, in milliseconds since 1970; `undefined` for never. */
  readonly lastUsedMs: number | undefined;
}

/** Who knows how the sources of images do; `runtime/registry` does. */
export interface MirrorScores {
  /** All configured sources, and those that were used, by registry, in the order in which they would be asked. */
  scores(): readonly SourceScore[];
  /**
   * Forgets what was measured, so that the next pull tries anew: of one source by its name, or of all. Resolves with the
   * number of sources that were forgotten.
   */
  forget(source?: string): Promise<number>;
}
