import { systemClock } from '../host/clock.ts';
import type { Clock } from '../host/clock.ts';
import type { HttpConnections, HttpRequest, HttpResponse } from '../host/http-request.ts';
import type { Endpoint, Transport } from './endpoint.ts';
import { Redirects } from './redirects.ts';
import type { RegistryConfig } from './registry-config.ts';
import { errorOfResponse, invalidResponse, toRegistryError } from './registry-error.ts';
import type { AskedFor } from './registry-error.ts';
import { withRetries } from './request-retries.ts';
import type { RetryPolicy } from './request-retries.ts';
import { readToken, tokenRequest } from './token-service.ts';
import type { Token, TokenRequest } from './token-service.ts';
import { TrustStore } from './trust-store.ts';

/** What a `RegistryChannel` needs. */
export interface ChannelOptions {
  readonly connections: HttpConnections;
  readonly config: RegistryConfig;
  readonly signal: AbortSignal | undefined;
  /** Tries of one request; else one for a mirror, after which comes the next source, and `maxDownloadAttempts`. */
  readonly attempts?: number;
  readonly clock?: Clock;
  /** From 0 to 1, as Math.random. */
  readonly random?: () => number;
}

/** A request as it goes out. */
export type SentRequest = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'signal'> &
  Partial<Pick<HttpRequest, 'headTimeoutMs'>>;

/** One way to reach a registry: requests with its time-outs, its trust and its errors, as they are. */
export class RegistryChannel {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly #options: ChannelOptions;
  readonly #trust: TrustStore;

  constructor(options: ChannelOptions, endpoint: Endpoint, transport: Transport) {
    this.endpoint = endpoint;
    this.transport = transport;
    this.clock = options.clock ?? systemClock;
    this.#options = options;
    this.#trust = new TrustStore(options.config.certificateFolders, endpoint, transport);
  }

  /** Where the protocol begins: whoever answers there with 200 or 401 speaks it. */
  get root(): URL {
    return new URL(`${this.transport.baseUrl}/v2/`);
  }

  /** Whether a URL is of the registry itself: its credentials are for nobody else. */
  isHome(url: URL): boolean {
    return url.origin === this.root.origin;
  }

  /**
   * A URL as messages have it. What comes after the path is left out of an upload's, where it is long, and of others
   * than the registry, where it may be a key to what is behind it.
   */
  nameOf(url: URL): string {
    const isPlain = this.isHome(url) && !url.pathname.includes('/blobs/uploads/');
    return isPlain ? url.href : `${url.origin}${url.pathname}`;
  }

  /** How requests are tried again. @param signal Instead of the channel's own. */
  retryPolicy(signal = this.#options.signal): RetryPolicy {
    const { attempts, config, random = Math.random } = this.#options;
    const usual = this.endpoint.kind === 'mirror' ? 1 : config.maxDownloadAttempts;
    return { attempts: attempts ?? usual, clock: this.clock, random, signal };
  }

  /** Sends a request. @throws REGISTRY_UNREACHABLE, REGISTRY_CERTIFICATE_INVALID, the signal's reason */
  async send(request: SentRequest): Promise<HttpResponse> {
    const { connections, config } = this.#options;
    const { headTimeoutMs, idleTimeoutMs } = config;
    const { url, method, signal = this.#options.signal } = request;
    try {
      return await connections.request({
        headTimeoutMs,
        idleTimeoutMs,
        ...request,
        signal,
        certificates: this.transport.certificates,
        trust: await this.#trust.trustFor(url),
      });
    } catch (error) {
      throw toRegistryError(error, this.nameOf(url), signal, method);
    }
  }

  /** Asks `root` who is there, in a short time. @throws as `send` */
  sendProbe(): Promise<HttpResponse> {
    const { probeTimeoutMs: headTimeoutMs } = this.#options.config;
    return this.send({ url: this.root, method: 'GET', headTimeoutMs });
  }

  /** The redirects of a request that goes to `from`. */
  redirects(from: URL): Redirects {
    return new Redirects(from, this.transport.certificates);
  }

  /**
   * Asks a token service for a token.
   *
   * @throws REGISTRY_UNAUTHORIZED and others when it refuses, as `send`; REGISTRY_RESPONSE_INVALID, also for a service
   *   without https of a registry with it
   */
  fetchToken(
    request: TokenRequest,
    asked: Pick<AskedFor, 'repository' | 'access'>,
  ): Promise<Token> {
    return withRetries(async () => {
      const sent = tokenRequest(request);
      const isOpen = sent.url.protocol === 'http:' && this.transport.certificates !== 'none';
      if (isOpen)
        throw invalidResponse(
          this.root.href,
          `its token service is "${request.realm}"; wanted https`,
        );
      const response = await this.send(sent);
      if (response.status === 200) return readToken(response, sent.url, this.clock.now());
      // The address of the service without what is asked for: that is long, and may hold a name.
      const url = request.realm;
      throw await errorOfResponse(response, { ...asked, method: sent.method, url, what: 'token' });
    }, this.retryPolicy());
  }
}
