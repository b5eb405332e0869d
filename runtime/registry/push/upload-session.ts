import type { HttpResponse } from '../../host/http-request.ts';
import type { Digest } from '../../image/digest.ts';
import { invalidResponse, registryError } from '../registry-error.ts';
import type { RegistrySession, SessionRequest } from '../registry-session.ts';

/** A part of a blob, as it is sent. */
export interface UploadPart {
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Where it begins in the blob. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  /** Bytes of the whole blob. */
  readonly totalBytes: number;
}

/** A registry may ask for parts that are at least this long; larger ones are its own fault. */
const mostChunkBytes = 256 * 1024 * 1024;

/** One upload that a registry has begun (OCI distribution-spec 1.1, "Pushing a blob in chunks"). */
export class UploadSession {
  readonly #session: RegistrySession;
  /** Changes with every answer. */
  #location: URL;
  #offsetBytes = 0;
  /** Parts may not be smaller than this, but for the last one; `undefined`: all in one go. */
  readonly chunkBytes: number | undefined;

  private constructor(session: RegistrySession, location: URL, chunkBytes: number | undefined) {
    this.#session = session;
    this.#location = location;
    this.chunkBytes = chunkBytes;
  }

  /** Reads the answer that begins an upload. @throws REGISTRY_RESPONSE_INVALID */
  static begun(session: RegistrySession, url: URL, response: HttpResponse): UploadSession {
    const least = Number(response.headers['oci-chunk-min-length']?.toString() ?? 0);
    const isAsked = Number.isInteger(least) && least > 0;
    return new UploadSession(
      session,
      session.follow(response, url),
      isAsked ? Math.min(least, mostChunkBytes) : undefined,
    );
  }

  /** Bytes that the registry has. */
  get offsetBytes(): number {
    return this.#offsetBytes;
  }

  /**
   * Sends a part, which begins where the registry is.
   *
   * @throws REGISTRY_UNREACHABLE when the connection breaks: then ask `refresh` how much has arrived; REGISTRY_REFUSED
   *   with status 416 when the registry is somewhere else; what `open` throws
   */
  async send(part: UploadPart, signal?: AbortSignal): Promise<void> {
    const { open, offsetBytes, sizeBytes, totalBytes } = part;
    const isWhole = offsetBytes === 0 && sizeBytes === totalBytes;
    const response = await this.#session.send({
      ...this.#request('PATCH', [202, 204, 201], signal),
      headers: {
        'content-type': 'application/octet-stream',
        // Docker sends a blob in one go without it: there are registries that know it that way only.
        ...(!isWhole && { 'content-range': `${offsetBytes}-${offsetBytes + sizeBytes - 1}` }),
      },
      body: { open, sizeBytes },
    });
    response.body.resume();
    this.#moved(response, offsetBytes + sizeBytes);
  }

  /** Asks how much the registry has, after a broken connection. @throws REGISTRY_REFUSED (404) when it has forgotten */
  async refresh(signal?: AbortSignal): Promise<void> {
    const response = await this.#session.sendAgain(this.#request('GET', [204, 200], signal));
    response.body.resume();
    this.#moved(response, this.#offsetBytes);
  }

  /**
   * Ends the upload.
   *
   * @throws REGISTRY_REFUSED when the registry has other bytes, REGISTRY_DIGEST_MISMATCH when it says so only afterwards
   */
  async finish(digest: Digest, signal?: AbortSignal): Promise<void> {
    const request = this.#request('PUT', [201, 204, 200], signal);
    const url = new URL(request.url);
    url.searchParams.set('digest', digest);
    const response = await this.#session.send({
      ...request,
      url,
      headers: { 'content-length': 0, 'content-type': 'application/octet-stream' },
    });
    response.body.resume();
    const claimed = response.headers['docker-content-digest']?.toString();
    if (claimed?.startsWith('sha256:') === true && claimed !== digest) {
      throw registryError(
        'REGISTRY_DIGEST_MISMATCH',
        `"${url.href}" took the blob as "${claimed}"; wanted "${digest}"`,
      );
    }
  }

  /** Tells the registry that nothing more comes. It finds out by itself, too: errors do not matter. */
  async cancel(): Promise<void> {
    try {
      const signal = AbortSignal.timeout(2_000);
      const response = await this.#session.send(this.#request('DELETE', [200, 202, 204], signal));
      response.body.resume();
    } catch {
      // Not ours to mend.
    }
  }

  #request(
    method: SessionRequest['method'],
    accept: readonly number[],
    signal: AbortSignal | undefined,
  ): SessionRequest {
    return { method, url: this.#location, accept, what: 'upload', signal };
  }

  /** Takes note of an answer. Without a Range, the registry is where we think that it is. */
  #moved(response: HttpResponse, expectedBytes: number): void {
    const { location, range } = response.headers;
    if (location !== undefined) this.#location = this.#session.follow(response, this.#location);
    const last = /^(?:bytes=)?0-(\d+)$/.exec(range ?? '')?.[1];
    if (range !== undefined && last === undefined)
      throw invalidResponse(this.#location.href, `it has "${range}"; wanted a range from 0 on`);
    // "0-0" is one byte; registries say it of none, too.
    const isNone = last === '0' && expectedBytes === 0;
    this.#offsetBytes = last === undefined ? expectedBytes : isNone ? 0 : Number(last) + 1;
  }
}
