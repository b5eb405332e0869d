/** What a URL leads to, as it arrives. */
export interface Download {
  readonly body: AsyncIterable<Uint8Array>;
  /** `undefined` when the server does not say, or sends it compressed. */
  readonly sizeBytes: number | undefined;
}

/**
 * Downloads what a URL leads to, after redirects. The body is what is meant, not how it travelled: a content encoding is
 * taken off.
 *
 * @throws Error when there is no answer, or one with another status than 2xx; the signal's reason
 */
export async function openDownload(url: URL, signal: AbortSignal): Promise<Download> {
  const response = await fetch(url, { signal });
  const { ok, status, statusText, body, headers } = response;
  if (!ok || body === null) {
    await body?.cancel();
    throw new Error(`the server answered ${status} ${statusText}`);
  }
  const length = headers.has('content-encoding') ? null : headers.get('content-length');
  return { body, sizeBytes: length === null ? undefined : Number(length) };
}
