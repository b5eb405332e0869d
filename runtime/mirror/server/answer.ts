import type { Content } from '../cache/content.ts';

/** Headers of an answer. */
export type Headers = Readonly<Record<string, string>>;

/** What a part of the mirror answers; the server makes HTTP of it. */
export type Answer =
  | { readonly kind: 'empty'; readonly status: 200 | 304; readonly headers: Headers }
  | {
      readonly kind: 'json';
      readonly status: number;
      readonly headers: Headers;
      readonly body: unknown;
    }
  | {
      readonly kind: 'text';
      readonly status: number;
      readonly headers: Headers;
      readonly body: string;
    }
  | {
      readonly kind: 'bytes';
      readonly headers: Headers;
      readonly bytes: Uint8Array;
      readonly etag: string;
    }
  /** Answers a HEAD without opening anything. */
  | { readonly kind: 'size'; readonly headers: Headers; readonly sizeBytes: number | undefined }
  | {
      readonly kind: 'content';
      readonly headers: Headers;
      /** Closed by who answers. */
      readonly content: Content;
      /** For `If-None-Match` and `If-Range`; with its quotes. */
      readonly etag: string | undefined;
      readonly lastModified?: string | undefined;
    };
