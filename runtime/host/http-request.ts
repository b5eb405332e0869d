import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Readable } from 'node:stream';
import { HttpAgent, startHttp } from './http.ts';
import { HttpsAgent, startHttps } from './https.ts';

/** One HTTP request over TCP. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
  /** The head of the answer has to be there by then. */
  readonly headTimeoutMs: number;
  /** The body may not pause for longer. */
  readonly idleTimeoutMs: number;
  /** `none` accepts any certificate. Has no meaning for plain http. */
  readonly certificates: 'verified' | 'none';
}

/** The head of an answer; `body` must be read, or destroyed. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** An answer, or a part of one, did not come in time. */
class HttpTimeoutError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(url: URL, what: string, timeoutMs: number) {
    super(`${url.host} did not ${what} within ${timeoutMs} ms`);
    this.name = 'HttpTimeoutError';
  }
}

/** Keeps connections open between requests. Make one for a group of requests, and close it after them. */
export class HttpConnections {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });

  /**
   * Sends a request and resolves with the head of the answer, whatever its status. Redirects are the caller's.
   *
   * @throws Node.js system errors (`ENOTFOUND`, `ECONNREFUSED`, TLS errors ...), HttpTimeoutError, the signal's reason
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#send(request);
    } catch (error) {
      // The other side may close a kept connection just as it is used again: that says nothing of the other side.
      if (error instanceof StaleConnectionError) return this.#send(request);
      throw error;
    }
  }

  /** Closes all connections that are not in use. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #send(request: HttpRequest): Promise<HttpResponse> {
    const { url, method, headers, signal, certificates } = request;
    const options: RequestOptions = {
      method,
      headers,
      ...(signal === undefined ? {} : { signal }),
    };
    const message =
      url.protocol === 'https:'
        ? startHttps(url, {
            ...options,
            agent: this.#https,
            rejectUnauthorized: certificates === 'verified',
          })
        : startHttp(url, { ...options, agent: this.#http });
    return answer(message, request);
  }
}

/** A connection that was kept from an earlier request turned out to be closed. */
class StaleConnectionError extends Error {}

function answer(message: ClientRequest, request: HttpRequest): Promise<HttpResponse> {
  const { url, headTimeoutMs, idleTimeoutMs } = request;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      message.destroy(new HttpTimeoutError(url, 'answer', headTimeoutMs));
    }, headTimeoutMs);
    message.once('response', (response: IncomingMessage) => {
      clearTimeout(timer);
      response.setTimeout(idleTimeoutMs, () => {
        response.destroy(new HttpTimeoutError(url, 'send more', idleTimeoutMs));
      });
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    message.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const isStale = message.reusedSocket && error.code === 'ECONNRESET';
      const aborted =
        request.signal?.aborted === true ? (request.signal.reason as Error) : undefined;
      reject(
        aborted ?? (isStale ? new StaleConnectionError(error.message, { cause: error }) : error),
      );
    });
    message.end(request.body);
  });
}
