import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { beginAnswer } from './begin-answer.ts';
import { requestIdHeader, requestIdOf } from './request-id.ts';

/** Made once: the stack of an error takes longer than a good part of an answer. */
const clientHasLeft = new Error('the client has left');

/** One request on the wire, and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** See request-id.ts. */
  readonly id: string;
  readonly #commonHeaders: OutgoingHttpHeaders;
  #left: AbortController | undefined;

  /** @param commonHeaders Those that every answer has. */
  constructor(
    { request, response }: Pick<Exchange, 'request' | 'response'>,
    commonHeaders: OutgoingHttpHeaders,
  ) {
    this.request = request;
    this.response = response;
    // Node takes its random bytes for many of them at once: this one takes a tenth of a microsecond.
    this.id = requestIdOf(request, randomUUID);
    this.#commonHeaders = commonHeaders;
  }

  /** Whether the client went away before it was answered. */
  get hasLeft(): boolean {
    return this.response.closed && !this.response.writableFinished;
  }

  /** Aborted when the client goes away before it is answered. Few want it, so it is made for those. */
  get signal(): AbortSignal {
    this.#left ??= this.#watch();
    return this.#left.signal;
  }

  /** Begins the answer: the status, and headers beside those that every answer has. */
  begin(status: number, headers: OutgoingHttpHeaders = {}): void {
    beginAnswer(this.request, this.response, status, {
      ...this.#commonHeaders,
      [requestIdHeader]: this.id,
      ...headers,
    });
  }

  #watch(): AbortController {
    const left = new AbortController();
    if (this.hasLeft) left.abort(clientHasLeft);
    this.response.once('close', () => {
      if (this.hasLeft) left.abort(clientHasLeft);
    });
    return left;
  }
}
