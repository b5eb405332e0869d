import type { Readable } from 'node:stream';

import type { HttpResponse } from '../host/http-request.ts';
import { digestOf, isDigest } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';
import { maxManifestBytes } from '../image/manifest.ts';
import type { Descriptor } from '../image/manifest.ts';
import { manifestMediaTypes } from '../image/media-types.ts';
import { answeredBlob, rangeHeaders } from './blob-answer.ts';
import type { FetchedBlob } from './blob-answer.ts';
import { BlobUploads } from './push/blob-uploads.ts';
import type { Endpoint } from './endpoint.ts';
import { checkManifest } from './manifest-answer.ts';
import type { FetchedManifest } from './manifest-answer.ts';
import { readPages } from './pages.ts';
import { readReferrers } from './referrers.ts';
import { readLimited } from './registry-answer.ts';
import { invalidResponse, registryError, toRegistryError } from './registry-error.ts';
import { RegistrySession } from './registry-session.ts';
import type { SessionOptions, SessionRequest } from './registry-session.ts';
import { withRetries } from './request-retries.ts';
import type { RetryPolicy } from './request-retries.ts';

export type { FetchedBlob } from './blob-answer.ts';
export type { FetchedManifest } from './manifest-answer.ts';

/** How a blob is asked for. */
export interface BlobRequest {
  /** Bytes that are there already; 0 when left out. */
  readonly offsetBytes?: number;
  /** Instead of the client's own: one blob can be given up while others go on. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads and writes one repository of one registry or mirror (OCI distribution-spec 1.1). */
export class RepositoryClient {
  readonly #session: RegistrySession;
  /** Sends blobs to the repository. */
  readonly uploads: BlobUploads;

  private constructor(session: RegistrySession) {
    this.#session = session;
    this.uploads = new BlobUploads(session);
  }

  /**
   * Connects to the first transport of an endpoint that answers in time.
   *
   * @throws REGISTRY_UNREACHABLE, REGISTRY_REFUSED, REGISTRY_CERTIFICATE_INVALID
   */
  static async connect(endpoint: Endpoint, options: SessionOptions): Promise<RepositoryClient> {
    return new RepositoryClient(await RegistrySession.connect(endpoint, options));
  }

  /** The repository's name at this endpoint. */
  get repository(): string {
    return this.#session.path;
  }

  /**
   * Reads a manifest or an index, verified.
   *
   * @param selector A tag or a digest.
   * @throws MANIFEST_UNKNOWN, REGISTRY_DIGEST_MISMATCH, REGISTRY_RESPONSE_INVALID, REGISTRY_UNAUTHORIZED,
   *   MANIFEST_SCHEMA_UNSUPPORTED ...
   */
  manifest(selector: string): Promise<FetchedManifest> {
    const separator = selector.includes(':') ? '@' : ':';
    const request = {
      method: 'GET',
      url: this.#session.url(`manifests/${selector}`),
      headers: { accept: manifestMediaTypes.join(', ') },
      accept: [200],
      what: 'manifest',
      name: `${this.#session.familiarName}${separator}${selector}`,
    } as const;
    // The body is part of it: a connection that breaks within a manifest is tried again like one that broke before.
    return withRetries(async () => {
      const response = await this.#session.send(request);
      const bytes = await this.#read(request, response.body);
      return checkManifest({ ...request, selector, bytes, headers: response.headers });
    }, this.#session.retryPolicy());
  }

  /**
   * Streams a blob from a byte on; it is not verified here, and a connection that breaks later is the reader's.
   *
   * @throws BLOB_UNKNOWN, REGISTRY_RESPONSE_INVALID for a range that is not what was asked for,
   *   REGISTRY_DIGEST_MISMATCH for a blob that the registry itself calls another one, and the others
   */
  async blob(digest: Digest, request: BlobRequest = {}): Promise<FetchedBlob> {
    const { offsetBytes = 0, signal } = request;
    const url = this.#session.url(`blobs/${digest}`);
    const response = await this.#session.sendAgain({
      ...blobRequest(url, offsetBytes),
      name: digest,
      signal,
    });
    const claimed = response.headers['docker-content-digest']?.toString();
    if (claimed?.startsWith('sha256:') === true && claimed !== digest) {
      response.body.destroy();
      throw registryError(
        'REGISTRY_DIGEST_MISMATCH',
        `"${url.href}" answered with digest "${claimed}"; wanted "${digest}"`,
      );
    }
    return answeredBlob(response, url, offsetBytes);
  }

  /**
   * Streams a blob from where its descriptor says that it is (`urls`: foreign layers), without authorization.
   *
   * @throws as `blob`, and REGISTRY_RESPONSE_INVALID for what is no http(s) URL
   */
  async blobFromUrl(text: string, request: BlobRequest = {}): Promise<FetchedBlob> {
    const { offsetBytes = 0, signal } = request;
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text))
      throw invalidResponse(text, 'a layer is said to be there; wanted an http or https URL');
    const url = new URL(text);
    if (url.username !== '' || url.password !== '')
      throw invalidResponse(
        url.origin,
        'a layer is said to be there, with a login; wanted a URL without',
      );
    const sent = { ...blobRequest(url, offsetBytes), name: text, signal };
    const policy = this.#session.retryPolicy(signal);
    const response = await withRetries(() => this.#session.sendElsewhere(sent), policy);
    return answeredBlob(response, url, offsetBytes);
  }

  /** Bytes of a blob that the repository has; `undefined` when it has none. @throws REGISTRY_UNAUTHORIZED ... */
  async hasBlob(digest: Digest, signal?: AbortSignal): Promise<number | undefined> {
    const response = await this.#head({ path: `blobs/${digest}`, what: 'blob', signal });
    return response && Number(response.headers['content-length'] ?? 0);
  }

  /**
   * The digest of a manifest, as the registry says; `undefined` when it has none, or does not say. Costs nothing of a
   * pull limit.
   *
   * @throws REGISTRY_UNAUTHORIZED ...
   */
  async resolve(selector: string): Promise<Digest | undefined> {
    const response = await this.#head({ path: `manifests/${selector}`, what: 'manifest' });
    const claimed = response?.headers['docker-content-digest']?.toString() ?? '';
    return isDigest(claimed) ? claimed : undefined;
  }

  async #head({
    path,
    what,
    signal,
  }: Pick<SessionRequest, 'what' | 'signal'> & { readonly path: string }): Promise<
    HttpResponse | undefined
  > {
    const response = await this.#session.sendAgain({
      method: 'HEAD',
      url: this.#session.url(path),
      headers: what === 'manifest' ? { accept: manifestMediaTypes.join(', ') } : {},
      accept: [200, 404],
      what,
      signal,
    });
    response.body.resume();
    return response.status === 404 ? undefined : response;
  }

  /** How requests are tried again. @param signal Instead of the client's own. */
  retryPolicy(signal?: AbortSignal): RetryPolicy {
    return this.#session.retryPolicy(signal);
  }

  /**
   * Puts a manifest or an index.
   *
   * @param selector A tag, or its digest.
   * @throws REGISTRY_UNAUTHORIZED, REGISTRY_REFUSED; REGISTRY_DIGEST_MISMATCH when the registry made another of it
   */
  async putManifest(selector: string, bytes: Uint8Array, mediaType: string): Promise<Digest> {
    const url = this.#session.url(`manifests/${selector}`);
    const response = await this.#session.sendAgain({
      method: 'PUT',
      url,
      headers: { 'content-type': mediaType },
      body: bytes,
      accept: [200, 201, 202, 204],
      what: 'upload',
    });
    response.body.resume();
    const digest = digestOf(bytes);
    const claimed = response.headers['docker-content-digest']?.toString() ?? digest;
    if (claimed === digest) return digest;
    throw registryError(
      'REGISTRY_DIGEST_MISMATCH',
      `"${url.href}" took the manifest as "${claimed}"; wanted "${digest}"`,
    );
  }

  /** Removes a manifest, and with it the tags that stand for it. @throws MANIFEST_UNKNOWN, REGISTRY_REFUSED (405) */
  async deleteManifest(digest: Digest): Promise<void> {
    const response = await this.#session.sendAgain({
      method: 'DELETE',
      url: this.#session.url(`manifests/${digest}`),
      accept: [200, 202, 204],
      what: 'manifest',
      name: `${this.#session.familiarName}@${digest}`,
    });
    response.body.resume();
  }

  /** All tags of the repository. @throws REGISTRY_UNAUTHORIZED, REGISTRY_REFUSED, REGISTRY_RESPONSE_INVALID */
  async tags(): Promise<readonly string[]> {
    const pages = await readPages(this.#session, this.#session.url('tags/list', { n: '1000' }));
    return pages.flatMap(({ document }) => tagsOf(document));
  }

  /**
   * Descriptors of what refers to a manifest (signatures, SBOMs). Registries that do not know the question are asked
   * for the tag that stands for the answer ("Referrers Tag Schema").
   *
   * @throws REGISTRY_UNAUTHORIZED, REGISTRY_REFUSED, REGISTRY_RESPONSE_INVALID, MANIFEST_INVALID
   */
  referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]> {
    return readReferrers({ session: this.#session, client: this, digest, artifactType });
  }

  async #read({ url }: Pick<SessionRequest, 'url'>, body: Readable): Promise<Buffer> {
    let bytes: Buffer | undefined;
    try {
      bytes = await readLimited(body, maxManifestBytes);
    } catch (error) {
      throw toRegistryError(error, url.href, this.#session.retryPolicy().signal);
    }
    if (bytes !== undefined) return bytes;
    throw invalidResponse(url.href, `the manifest is longer than ${maxManifestBytes} bytes`);
  }
}

function blobRequest(url: URL, offsetBytes: number): SessionRequest {
  return {
    method: 'GET',
    url,
    headers: rangeHeaders(offsetBytes),
    accept: [200, 206, ...(offsetBytes > 0 ? [416] : [])],
    what: 'blob',
  };
}

function tagsOf(document: unknown): readonly string[] {
  if (typeof document !== 'object' || document === null || !('tags' in document)) return [];
  return Array.isArray(document.tags) ? document.tags.filter((tag) => typeof tag === 'string') : [];
}
