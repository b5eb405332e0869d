import type { HttpRequest, HttpResponse } from '../host/http-request.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import { familiarRepository, parseReference } from '../image/reference.ts';
import { parseChallenge } from './auth-challenge.ts';
import { Authorizer } from './authorizer.ts';
import type { Endpoint } from './endpoint.ts';
import { RegistryChannel } from './registry-channel.ts';
import type { ChannelOptions } from './registry-channel.ts';
import { errorOfResponse } from './registry-error.ts';
import type { AskedFor } from './registry-error.ts';
import { isBusy, withRetries } from './request-retries.ts';
import type { RetryPolicy } from './request-retries.ts';
import { repositoryScope } from './scopes.ts';
import { TokenCache } from './token-cache.ts';

/** What a `RegistrySession` needs. */
export interface SessionOptions extends ChannelOptions {
  /** Registry of the name: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  /** Repository of the name, without a mirror's prefix: `library/ubuntu`. */
  readonly repository: string;
  /** What the token is for. */
  readonly access: 'pull' | 'push';
  readonly credentials: RegistryCredentials | undefined;
  /** Shared by clients of the same registry, to ask for a token once. */
  readonly tokens?: TokenCache;
}

/** One request to a registry. */
export interface SessionRequest extends Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'> {
  /** Statuses that are no error. */
  readonly accept: readonly number[];
  readonly what: AskedFor['what'];
  /** The manifest's or blob's name, for errors. */
  readonly name?: string;
  /** What this request needs besides: to mount from another repository. */
  readonly moreScopes?: readonly string[];
  /** Instead of the session's own. */
  readonly signal?: AbortSignal | undefined;
}

function withAuthorization(request: SessionRequest, header: string | undefined): SessionRequest {
  if (header === undefined) return request;
  return { ...request, headers: { ...request.headers, authorization: header } };
}

/** Requests about one repository of one registry or mirror: with authorization, trust, redirects and retries. */
export class RegistrySession {
  readonly #options: SessionOptions;
  readonly #channel: RegistryChannel;
  readonly #authorizer: Authorizer;
  /** Repository without tag, as people write it. */
  readonly familiarName: string;

  private constructor(options: SessionOptions, channel: RegistryChannel) {
    this.#options = options;
    this.#channel = channel;
    this.familiarName = familiarRepository(
      parseReference(`${options.domain}/${options.repository}`),
    );
    this.#authorizer = new Authorizer({
      credentials: options.credentials,
      scopes: [repositoryScope(this.path, options.access)],
      tokens: options.tokens ?? new TokenCache(),
      clock: channel.clock,
      fetchToken: (request) =>
        channel.fetchToken(request, { repository: this.familiarName, access: options.access }),
    });
  }

  /**
   * Connects to the first transport of an endpoint that answers in time.
   *
   * @throws REGISTRY_UNREACHABLE, REGISTRY_REFUSED, REGISTRY_CERTIFICATE_INVALID
   */
  static async connect(endpoint: Endpoint, options: SessionOptions): Promise<RegistrySession> {
    let problem: unknown;
    for (const transport of endpoint.transports) {
      const channel = new RegistryChannel(options, endpoint, transport);
      const session = new RegistrySession(options, channel);
      try {
        await session.#probe();
        return session;
      } catch (error) {
        options.signal?.throwIfAborted();
        // Of the ways that were tried the last one says most: that of plain http, for a registry on loopback.
        problem = error;
      }
    }
    throw problem;
  }

  /** The repository's name at this endpoint. */
  get path(): string {
    return `${this.#channel.endpoint.repositoryPrefix}${this.#options.repository}`;
  }

  /** How requests are tried again. @param signal Instead of the session's own. */
  retryPolicy(signal?: AbortSignal): RetryPolicy {
    return this.#channel.retryPolicy(signal);
  }

  /** A URL below the repository. @param path Such as `manifests/latest`. */
  url(path: string, parameters: Readonly<Record<string, string>> = {}): URL {
    const url = new URL(`${this.#channel.root.href}${this.path}/${path}`);
    const { namespace } = this.#channel.endpoint;
    if (namespace !== undefined) url.searchParams.set('ns', namespace);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  }

  /**
   * Sends a request once, with authorization as the registry asks for it; redirects of GET and HEAD are followed.
   *
   * @throws REGISTRY_UNREACHABLE, REGISTRY_UNAUTHORIZED, MANIFEST_UNKNOWN, REGISTRY_RATE_LIMITED,
   *   REGISTRY_REFUSED for other statuses than wanted
   */
  async send(request: SessionRequest): Promise<HttpResponse> {
    const first = await this.#authorized(request);
    const response = await this.#redirected(first, request);
    if (!request.accept.includes(response.status)) throw await this.errorOf(response, request);
    return response;
  }

  /** Sends a request, and again when that may help: for those that may be repeated. @throws as `send` */
  sendAgain(request: SessionRequest): Promise<HttpResponse> {
    return withRetries(() => this.send(request), this.retryPolicy(request.signal));
  }

  /** GET from somewhere that is not the registry, without its authorization. @throws as `send` */
  async sendElsewhere(request: SessionRequest): Promise<HttpResponse> {
    const response = await this.#redirected(await this.#channel.send(request), request);
    if (!request.accept.includes(response.status)) throw await this.errorOf(response, request);
    return response;
  }

  /** Where the header Location of an answer leads. @throws REGISTRY_RESPONSE_INVALID, also for https to http */
  follow(response: HttpResponse, from: URL): URL {
    return this.#channel.redirects(from).locationOf(response);
  }

  /** The error that an answer stands for. Reads its body. */
  errorOf(
    response: HttpResponse,
    { method, url, what, name }: Pick<SessionRequest, 'method' | 'url' | 'what' | 'name'>,
  ): Promise<Error> {
    const { access, credentials } = this.#options;
    return errorOfResponse(response, {
      ...{
        repository: this.familiarName,
        method,
        url: this.#channel.nameOf(url),
        name,
        what,
        access,
      },
      credentials: credentials === undefined ? 'none' : 'given',
    });
  }

  /** Whether somebody who speaks the protocol is there; 401 is an answer too, and says how to authorize. */
  async #probe(): Promise<void> {
    const url = this.#channel.root;
    const response = await withRetries(
      async () => {
        const answer = await this.#channel.sendProbe();
        if (answer.status === 200 || answer.status === 401) return answer;
        throw await this.errorOf(answer, { url, method: 'GET', what: 'probe' });
      },
      // Nobody there is an answer too, and quickly: there may be another transport, or another source.
      { ...this.retryPolicy(), retryable: isBusy },
    );
    response.body.destroy();
    const challenge = parseChallenge(response.headers['www-authenticate'] ?? '');
    if (response.status === 401 && challenge !== undefined) this.#authorizer.learn(challenge);
  }

  async #authorized(request: SessionRequest): Promise<HttpResponse> {
    if (!this.#channel.isHome(request.url)) return this.#channel.send(request);
    const { moreScopes } = request;
    const header = await this.#authorizer.header(moreScopes);
    const response = await this.#channel.send(withAuthorization(request, header));
    if (response.status !== 401) return response;
    const challenge = parseChallenge(response.headers['www-authenticate'] ?? '');
    if (challenge === undefined) return response;
    const better = await this.#authorizer.answer(challenge, header, moreScopes);
    if (better === undefined) return response;
    response.body.destroy();
    return this.#channel.send(withAuthorization(request, better));
  }

  async #redirected(first: HttpResponse, request: SessionRequest): Promise<HttpResponse> {
    if (request.method !== 'GET' && request.method !== 'HEAD') return first;
    const redirects = this.#channel.redirects(request.url);
    let response = first;
    for (let url = redirects.next(response); url !== undefined; url = redirects.next(response)) {
      response.body.destroy();
      // The token is for the registry, not for whoever keeps its blobs.
      const onward = { ...request, url };
      response = this.#channel.isHome(url)
        ? await this.#authorized(onward)
        : await this.#channel.send(onward);
    }
    return response;
  }
}
