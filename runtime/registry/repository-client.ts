import type { HttpConnections, HttpRequest, HttpResponse } from '../host/http-request.ts';
import { digestOf } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import { maxManifestBytes } from '../image/manifest.ts';
import { manifestMediaTypes } from '../image/media-types.ts';
import { familiarName, familiarRepository } from '../image/reference.ts';
import type { Reference } from '../image/reference.ts';
import { parseChallenge } from './auth-challenge.ts';
import { Authorizer } from './authorizer.ts';
import type { Endpoint, Transport } from './endpoint.ts';
import type { RegistryConfig } from './registry-config.ts';
import {
  errorOfResponse,
  invalidResponse,
  readLimited,
  registryError,
  toRegistryError,
} from './registry-error.ts';
import type { AskedFor } from './registry-error.ts';

/** What a `RepositoryClient` needs. */
export interface RepositoryClientOptions {
  readonly connections: HttpConnections;
  readonly config: RegistryConfig;
  readonly reference: Reference;
  readonly credentials: RegistryCredentials | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A manifest as it came, verified. */
export interface FetchedManifest {
  readonly digest: Digest;
  readonly bytes: Uint8Array;
}

/** As many redirects as browsers follow in one go, halved. */
const maxRedirects = 10;

/** Reads one repository of one registry or mirror (OCI distribution-spec 1.1, "Pull"). */
export class RepositoryClient {
  readonly #options: RepositoryClientOptions;
  readonly #transport: Transport;
  readonly #authorizer: Authorizer;

  private constructor(options: RepositoryClientOptions, transport: Transport) {
    this.#options = options;
    this.#transport = transport;
    this.#authorizer = new Authorizer({
      connections: options.connections,
      credentials: options.credentials,
      request: requestOptions(options, transport),
      asked: namesOf(options.reference),
      scope: `repository:${options.reference.path}:pull`,
    });
  }

  /**
   * Connects to the first transport of an endpoint that answers in time.
   *
   * @throws REGISTRY_UNREACHABLE, REGISTRY_REFUSED
   */
  static async connect(
    endpoint: Endpoint,
    options: RepositoryClientOptions,
  ): Promise<RepositoryClient> {
    let problem: unknown;
    for (const transport of endpoint.transports) {
      const client = new RepositoryClient(options, transport);
      try {
        await client.#probe();
        return client;
      } catch (error) {
        options.signal?.throwIfAborted();
        // Of the ways that were tried the last one says most: that of plain http, for a registry on loopback.
        problem = error;
      }
    }
    throw problem;
  }

  /**
   * Reads a manifest or an index.
   *
   * @param selector A tag or a digest.
   * @throws MANIFEST_UNKNOWN, REGISTRY_DIGEST_MISMATCH, REGISTRY_RESPONSE_INVALID, REGISTRY_UNAUTHORIZED ...
   */
  async manifest(selector: string): Promise<FetchedManifest> {
    const path = `manifests/${selector}`;
    const response = await this.#get(path, { accept: manifestMediaTypes.join(', ') }, 'manifest');
    const url = this.#url(path).href;
    const bytes = await this.#read(response, url);
    if (bytes === undefined)
      throw invalidResponse(url, `the manifest is longer than ${maxManifestBytes} bytes`);
    const digest = digestOf(bytes);
    const claimed = response.headers['docker-content-digest'];
    const wanted = selector.includes(':') ? selector : (claimed?.toString() ?? digest);
    if (digest !== wanted) {
      throw registryError(
        'REGISTRY_DIGEST_MISMATCH',
        `"${url}" delivered digest "${digest}"; wanted "${wanted}"`,
      );
    }
    return { digest, bytes };
  }

  /** Streams a blob; it is not verified here. @throws MANIFEST_UNKNOWN for a blob that is not there, and the others */
  async blob(digest: Digest): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#get(`blobs/${digest}`, {}, 'blob');
    return response.body;
  }

  async #read(response: HttpResponse, url: string): Promise<Buffer | undefined> {
    try {
      return await readLimited(response.body, maxManifestBytes);
    } catch (error) {
      throw toRegistryError(error, url, this.#options.signal);
    }
  }

  /** Whether somebody who speaks the protocol is there; 401 is an answer too. */
  async #probe(): Promise<void> {
    const url = new URL(`${this.#transport.baseUrl}/v2/`);
    const headTimeoutMs = this.#options.config.probeTimeoutMs;
    const response = await this.#send({ url, method: 'GET', headTimeoutMs });
    if (response.status !== 200 && response.status !== 401)
      throw await this.#errorOf(response, url.href, 'probe');
    response.body.destroy();
  }

  /** GET below the repository, with authorization as the registry asks for it, following redirects. */
  async #get(
    path: string,
    headers: Record<string, string>,
    what: AskedFor['what'],
  ): Promise<HttpResponse> {
    const url = this.#url(path);
    let response = await this.#authorized(url, headers);
    const challenge =
      response.status === 401 && parseChallenge(response.headers['www-authenticate'] ?? '');
    if (
      challenge !== false &&
      challenge !== undefined &&
      (await this.#authorizer.answer(challenge))
    ) {
      response.body.destroy();
      response = await this.#authorized(url, headers);
    }
    response = await this.#redirected(response, url, headers);
    if (response.status !== 200) throw await this.#errorOf(response, url.href, what);
    return response;
  }

  #authorized(url: URL, headers: Record<string, string>): Promise<HttpResponse> {
    const { header } = this.#authorizer;
    return this.#send({
      url,
      method: 'GET',
      headers: header === undefined ? headers : { ...headers, authorization: header },
    });
  }

  async #redirected(
    first: HttpResponse,
    from: URL,
    headers: Record<string, string>,
  ): Promise<HttpResponse> {
    let response = first;
    let url = from;
    for (let i = 0; [301, 302, 303, 307, 308].includes(response.status); i += 1) {
      response.body.destroy();
      const { location } = response.headers;
      if (i === maxRedirects || location === undefined || !URL.canParse(location, url)) {
        throw invalidResponse(
          from.href,
          `it redirects ${i === maxRedirects ? 'too often' : 'to nowhere'}`,
        );
      }
      url = new URL(location, url);
      // The token is for the registry, not for whoever keeps its blobs.
      response =
        url.host === from.host
          ? await this.#authorized(url, headers)
          : await this.#send({ url, method: 'GET', headers });
    }
    return response;
  }

  async #send(
    request: Pick<HttpRequest, 'url' | 'method'> & Partial<HttpRequest>,
  ): Promise<HttpResponse> {
    try {
      const defaults = requestOptions(this.#options, this.#transport);
      return await this.#options.connections.request({ ...defaults, ...request });
    } catch (error) {
      throw toRegistryError(error, request.url.href, this.#options.signal);
    }
  }

  #url(path: string): URL {
    return new URL(`${this.#transport.baseUrl}/v2/${this.#options.reference.path}/${path}`);
  }

  #errorOf(response: HttpResponse, url: string, what: AskedFor['what']): Promise<Error> {
    return errorOfResponse(response, { ...namesOf(this.#options.reference), url, what });
  }
}

function namesOf(reference: Reference): { readonly name: string; readonly repository: string } {
  return { name: familiarName(reference), repository: familiarRepository(reference) };
}

function requestOptions(
  { config, signal }: RepositoryClientOptions,
  { certificates }: Transport,
): Pick<HttpRequest, 'headTimeoutMs' | 'idleTimeoutMs' | 'certificates' | 'signal'> {
  return {
    headTimeoutMs: config.headTimeoutMs,
    idleTimeoutMs: config.idleTimeoutMs,
    certificates,
    signal,
  };
}
