import { Readable } from 'node:stream';

import type { HttpRequest, HttpResponse } from '../host/http-request.ts';
import { invalidResponse } from './registry-error.ts';

/** A blob as it comes; it is not verified here. */
export interface FetchedBlob extends AsyncIterable<Uint8Array> {
  /** Must be read, or destroyed. */
  readonly body: Readable;
  /** Where `body` begins in the blob: 0 when the server does not know ranges. */
  readonly offsetBytes: number;
  /** Bytes of the whole blob, as the server says; `undefined` when it does not. */
  readonly sizeBytes: number | undefined;
}

/** The headers that ask for a blob from a byte on (RFC 9110, section 14.2). */
export function rangeHeaders(offsetBytes: number): NonNullable<HttpRequest['headers']> {
  return {
    // A proxy on the way may otherwise compress what is compressed, and ranges would count its bytes.
    'accept-encoding': 'identity',
    ...(offsetBytes > 0 && { range: `bytes=${offsetBytes}-` }),
  };
}

/**
 * Reads the head of an answer to a request from `offsetBytes` on: 206 is a part, 200 is all of it, 416 is that there
 * is no more.
 *
 * @throws REGISTRY_RESPONSE_INVALID for a part that does not begin or end where it should
 */
export function answeredBlob(response: HttpResponse, url: URL, offsetBytes: number): FetchedBlob {
  const { status, headers, body } = response;
  if (status === 200) return fetched(body, 0, lengthOf(headers['content-length']));
  const said = headers['content-range'] ?? '';
  try {
    if (status === 416) {
      const sizeBytes = lengthOf(/^bytes \*\/(\d+)$/.exec(said)?.[1]);
      // All of it was there before: nothing is left to send.
      if (sizeBytes === offsetBytes) return fetched(emptied(body), offsetBytes, sizeBytes);
      throw wrong(url, offsetBytes, `416 and Content-Range "${said}"`);
    }
    const sizeBytes = wholeSize(said, offsetBytes);
    if (sizeBytes === undefined) throw wrong(url, offsetBytes, `Content-Range "${said}"`);
    return fetched(body, offsetBytes, sizeBytes === 'unknown' ? undefined : sizeBytes);
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** Bytes of the whole, of `bytes 5-9/10`; `undefined` when that is not from `offsetBytes` to the end. */
function wholeSize(said: string, offsetBytes: number): number | 'unknown' | undefined {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(said) ?? [];
  if (first === undefined || Number(first) !== offsetBytes) return undefined;
  if (size === '*') return 'unknown';
  return Number(last) === Number(size) - 1 ? Number(size) : undefined;
}

function wrong(url: URL, offsetBytes: number, said: string): Error {
  return invalidResponse(
    url.href,
    `it answered with ${said}; wanted bytes ${offsetBytes} to the end`,
  );
}

function lengthOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function emptied(body: Readable): Readable {
  body.resume();
  return Readable.from([]);
}

function fetched(body: Readable, offsetBytes: number, sizeBytes: number | undefined): FetchedBlob {
  const chunks: AsyncIterable<Uint8Array> = body;
  return {
    body,
    offsetBytes,
    sizeBytes,
    [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](),
  };
}
