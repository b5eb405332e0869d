import type { HttpConnections } from '../host/http-request.ts';
import type { Digest } from '../image/digest.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import type { Reference } from '../image/reference.ts';
import type { Endpoint } from './endpoint.ts';
import type { RegistryConfig } from './registry-config.ts';
import { RepositoryClient } from './repository-client.ts';
import type { FetchedManifest } from './repository-client.ts';
import type { SourceKey } from './source-scores.ts';

/** A blob as a source sends it, not verified. */
export interface BlobBody {
  readonly body: AsyncIterable<Uint8Array>;
  /** Where `body` begins in the blob; 0 when the source does not know ranges. */
  readonly offsetBytes: number;
  /** Bytes of the whole blob, as the source says; `undefined` when it does not. */
  readonly sizeBytes: number | undefined;
}

/** Whoever may have an image's content: the registry, a mirror, the URL of a foreign layer. */
export interface Source extends SourceKey {
  readonly kind: Endpoint['kind'];
  /** Whether it has answered in this pull. */
  readonly hasAnswered: boolean;
  /** Reads a manifest or an index, verified when `selector` is a digest. @throws the codes of areas/registry.ts */
  manifest(selector: string, signal: AbortSignal): Promise<FetchedManifest>;
  /** Begins to read a blob at an offset. @throws the codes of areas/registry.ts */
  blob(digest: Digest, offsetBytes: number, signal: AbortSignal): Promise<BlobBody>;
}

/** What a `RegistrySource` needs. */
export interface RegistrySourceOptions {
  readonly endpoint: Endpoint;
  readonly reference: Reference;
  readonly connections: HttpConnections;
  readonly config: RegistryConfig;
  readonly credentials: RegistryCredentials | undefined;
  /** Ends everything that the source does. */
  readonly signal: AbortSignal;
}

/** One endpoint of a registry as a source of one repository's content; it is connected to when it is first asked. */
export class RegistrySource implements Source {
  readonly registry: string;
  readonly source: string;
  readonly kind: Endpoint['kind'];
  readonly #options: RegistrySourceOptions;
  #client: Promise<RepositoryClient> | undefined;
  #hasAnswered = false;

  constructor(options: RegistrySourceOptions) {
    this.registry = options.reference.domain;
    this.source = options.endpoint.name;
    this.kind = options.endpoint.kind;
    this.#options = options;
  }

  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  async manifest(selector: string, signal: AbortSignal): Promise<FetchedManifest> {
    return until(
      signal,
      this.#connected().then((client) => client.manifest(selector)),
    );
  }

  async blob(digest: Digest, offsetBytes: number, signal: AbortSignal): Promise<BlobBody> {
    const client = await until(signal, this.#connected());
    return client.blob(digest, { offsetBytes, signal });
  }

  /** Begins to read a blob that lies somewhere else than in the registry (a foreign layer). */
  async foreignBlob(url: string, offsetBytes: number, signal: AbortSignal): Promise<BlobBody> {
    const client = await until(signal, this.#connected());
    return client.blobFromUrl(url, { offsetBytes, signal });
  }

  #connected(): Promise<RepositoryClient> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<RepositoryClient> {
    const { endpoint, reference, connections, config, credentials, signal } = this.#options;
    try {
      const client = await RepositoryClient.connect(endpoint, {
        connections,
        config,
        // Whether to ask again, and whom, is decided over all sources.
        attempts: 1,
        domain: reference.domain,
        repository: reference.path,
        access: 'pull',
        // Credentials are for the registry that the name says, not for its mirrors.
        credentials: endpoint.kind === 'origin' ? credentials : undefined,
        signal,
      });
      this.#hasAnswered = true;
      return client;
    } catch (error) {
      // The next one who asks tries again.
      this.#client = undefined;
      throw error;
    }
  }
}

/** The URL of a foreign layer (OCI image-spec 1.1, descriptor.md, `urls`), which has that one blob only. */
export class ForeignSource implements Source {
  readonly registry: string;
  readonly source: string;
  readonly kind = 'mirror';
  readonly #origin: RegistrySource;
  readonly #url: string;

  constructor(url: string, origin: RegistrySource) {
    this.registry = origin.registry;
    // Not the host alone, which may be a mirror too: what a manifest's author writes must not count against that.
    this.source = `${URL.canParse(url) ? new URL(url).origin : url} (named by a layer)`;
    this.#origin = origin;
    this.#url = url;
  }

  get hasAnswered(): boolean {
    return this.#origin.hasAnswered;
  }

  manifest(): Promise<never> {
    return Promise.reject(new Error(`"${this.source}" has no manifests`));
  }

  blob(_digest: Digest, offsetBytes: number, signal: AbortSignal): Promise<BlobBody> {
    return this.#origin.foreignBlob(this.#url, offsetBytes, signal);
  }
}

/** Waits for `promise`, but not longer than until the signal. What it brings after that nobody wants. */
function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
