import type { Digest } from '../image/digest.ts';

/** What a mirror tells of its work; how it is shown is up to who listens. */
export type MirrorEvent =
  | { readonly kind: 'listening'; readonly url: string }
  /** Fetched from upstream, and kept. */
  | {
      readonly kind: 'fetched';
      readonly what: string;
      readonly from: string;
      readonly bytes: number;
      readonly tookMs: number;
    }
  /** Passed through without being kept: the disk is full, or it is larger than the cache. */
  | { readonly kind: 'not-kept'; readonly what: string; readonly error: unknown }
  /** A download that ended without its content. */
  | { readonly kind: 'broken'; readonly what: string; readonly error: unknown }
  /** Upstream could not be asked whether this is still so; what was kept is served. */
  | { readonly kind: 'stale'; readonly what: string; readonly error: unknown }
  /** A source did not deliver; the next one is asked. */
  | { readonly kind: 'source-failed'; readonly source: string; readonly error: unknown }
  /** Old content made room for new. */
  | { readonly kind: 'evicted'; readonly bytes: number }
  /** A file was not what its name says, and was removed. */
  | { readonly kind: 'damaged'; readonly digest: Digest }
  | {
      readonly kind: 'problem';
      readonly what: string;
      readonly error: unknown;
      /** The same for programs, and for those who say it in another language: what it is about, and of which thing. */
      readonly topic?: MirrorTopic;
      readonly subject?: string;
    };

/** What a problem is about. */
export type MirrorTopic = 'own-url' | 'stopping' | 'removing' | 'reading' | 'store-damaged';

/** Hears of what a mirror does. Does not throw. */
export type Report = (event: MirrorEvent) => void;
