import type { Clock } from '../../host/clock.ts';
import type { Arrivals } from '../cache/arrivals.ts';
import type { DiskCache } from '../cache/disk-cache.ts';
import type { Records } from '../cache/records.ts';
import type { Report } from '../mirror-event.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { LocalImages } from './local-images.ts';
import type { PublicContent } from './public-content.ts';

/**
 * Which of the engine's images are served: those that the registry gives to anybody, every one whose registry may be
 * asked for (also what was pulled with a password), or none. See docs/decisions/0007.
 */
export type LocalPolicy = 'public' | 'all' | 'none';

/** What serving images needs. */
export interface ImagesContext {
  readonly cache: DiskCache;
  readonly arrivals: Arrivals;
  readonly records: Records;
  readonly local: LocalImages;
  readonly localPolicy: LocalPolicy;
  readonly upstream: Upstream;
  readonly known: PublicContent;
  readonly clock: Clock;
  readonly report: Report;
  /** So long a tag is served without asking upstream whether it has moved, in milliseconds. */
  readonly manifestTtlMs: number;
}
