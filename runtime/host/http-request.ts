import type { OutgoingHttpHeaders } from 'node:http';
import { HttpAgents } from './http-agents.ts';
import type { Route } from './http-agents.ts';
import { exchange, isStreamed, StaleConnectionError } from './http-exchange.ts';
import type { Exchange, HttpResponse } from './http-exchange.ts';
import { proxyChoice } from './http-proxy.ts';
import type { ProxySettings } from './http-proxy.ts';
import { startHttp } from './http.ts';
import { startHttps } from './https.ts';

export type { HttpResponse } from './http-exchange.ts';

/** One HTTP request over TCP. */
export interface HttpRequest extends Route, Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: OutgoingHttpHeaders;
}

/** Keeps connections open between requests. Make one for a group of requests, and close it after them. */
export class HttpConnections {
  readonly #agents: HttpAgents;

  /** @param proxies What they leave out is as the environment says. */
  constructor(proxies?: ProxySettings) {
    this.#agents = new HttpAgents(proxyChoice(proxies));
  }

  /**
   * Sends a request and resolves with the head of the answer, whatever its status. Redirects are the caller's.
   *
   * @throws Node.js system errors (`ENOTFOUND`, `ECONNREFUSED`, TLS errors ...), HttpTimeoutError, the signal's reason
   */
  async request(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await this.#send(request);
    } catch (error) {
      if (!(error instanceof StaleConnectionError)) throw error;
      // Some of it may have arrived: whoever adds to something has to ask first how much.
      if (request.method === 'PATCH') throw error.cause;
      // The other side may close a kept connection just as it is used again: that says nothing of the other side.
      return this.#send(request);
    }
  }

  /** Closes all connections. */
  close(): void {
    this.#agents.close();
  }

  #send(request: HttpRequest): Promise<HttpResponse> {
    const { url, method, headers, signal, body } = request;
    const start = url.protocol === 'https:' ? startHttps : startHttp;
    const message = start(url, {
      method,
      headers: { ...headers, ...lengthOf(body) },
      agent: this.#agents.agentFor(request),
      ...(signal === undefined ? {} : { signal }),
    });
    return exchange(message, request);
  }
}

/** Node.js finds the length of other bodies by itself. */
function lengthOf(body: Exchange['body']): OutgoingHttpHeaders {
  return isStreamed(body) && body.sizeBytes !== undefined
    ? { 'content-length': body.sizeBytes }
    : {};
}
