import { BerthError } from '../../errors/berth-error.ts';
import type { Clock } from '../../host/clock.ts';
import type { Arrivals } from '../cache/arrivals.ts';
import type { Content } from '../cache/content.ts';
import type { DiskCache } from '../cache/disk-cache.ts';
import type { Record, Records } from '../cache/records.ts';
import { SingleFlight } from '../images/single-flight.ts';
import type { Report } from '../mirror-event.ts';
import type { Source, SourceBody } from '../upstream/source.ts';
import type { PackageRequest } from './package-request.ts';
import type { PackageResponse, PackageUpstream } from './package-upstream.ts';

/** What serving packages needs. */
export interface PackagesContext {
  readonly cache: DiskCache;
  readonly arrivals: Arrivals;
  readonly records: Records;
  readonly upstream: PackageUpstream;
  readonly clock: Clock;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A file of a package repository, or that there is none. */
export type PackageFile =
  | {
      readonly kind: 'file';
      readonly content: Content;
      /** Those of the package host. */
      readonly headers: Readonly<{ [name: string]: string }>;
      /** `stale` when the package host could not be asked whether this is still so. */
      readonly freshness: 'fresh' | 'stale';
    }
  | { readonly kind: 'missing'; readonly status: number };

/** What the package host said of a file; who asked meanwhile shares it. */
type Checked =
  | { readonly kind: 'kept'; readonly freshness: 'fresh' | 'stale'; readonly record: Record }
  | { readonly kind: 'arriving'; readonly headers: Readonly<{ [name: string]: string }> }
  | { readonly kind: 'missing'; readonly status: number };

/** Files of package repositories: packages are kept for good, indexes as long as their host says that they are the same. */
export class Packages {
  readonly #context: PackagesContext;
  readonly #checks = new SingleFlight<Checked & { readonly first: FirstContent }>();
  /** Headers of what is arriving. */
  readonly #arriving = new Map<string, Readonly<{ [name: string]: string }>>();

  constructor(context: PackagesContext) {
    this.#context = context;
  }

  /**
   * Opens a file.
   *
   * @param trust `revalidate`: asks the package host even for what does not change, as a client may after a bad download.
   * @throws MIRROR_REFUSED, REGISTRY_UNREACHABLE, REGISTRY_REFUSED
   */
  async open(request: PackageRequest, trust: 'kept' | 'revalidate'): Promise<PackageFile> {
    const { records, arrivals, upstream, cache } = this.#context;
    const url = upstream.urlOf(request.host, request.path);
    const key = `url ${url.href}`;
    const joined = await arrivals.join(key).catch(() => undefined);
    if (joined !== undefined) return fileOf(joined, this.#arriving.get(key) ?? {}, 'fresh');
    if (request.life === 'forever' && trust === 'kept') {
      const record = await records.get(key);
      const content = record === undefined ? undefined : await cache.open(record.digest);
      if (record !== undefined && content !== undefined)
        return fileOf(content, record.headers, 'fresh');
    }
    const checked = await this.#checks.run(key, () => this.#check(request, url));
    if (checked.kind === 'missing') return checked;
    const content = checked.first.take() ?? (await this.#reopen(key, checked));
    // It was removed, or is over, between the two: then it is there now, or has to be asked for anew.
    if (content === undefined) return this.open(request, trust);
    const headers = checked.kind === 'kept' ? checked.record.headers : checked.headers;
    return fileOf(content, headers, checked.kind === 'kept' ? checked.freshness : 'fresh');
  }

  #reopen(
    key: string,
    checked: Exclude<Checked, { kind: 'missing' }>,
  ): Promise<Content | undefined> {
    const { cache, arrivals } = this.#context;
    return checked.kind === 'kept' ? cache.open(checked.record.digest) : arrivals.join(key);
  }

  async #check(
    request: PackageRequest,
    url: URL,
  ): Promise<Checked & { readonly first: FirstContent }> {
    const { records, cache, upstream, report, clock, signal } = this.#context;
    const record = await records.get(`url ${url.href}`);
    const content = record === undefined ? undefined : await cache.open(record.digest);
    if (record === undefined || content === undefined)
      return this.#begin(request, url, await upstream.get(url, {}, signal));
    try {
      const response = await upstream.get(url, conditionsOf(record), signal);
      if (response.kind === 'not-modified') {
        await records.put({ ...record, checkedMs: clock.now() });
        return { kind: 'kept', freshness: 'fresh', record, first: new FirstContent(content) };
      }
      await content.close();
      return await this.#begin(request, url, response);
    } catch (error) {
      if (!(error instanceof BerthError) || error.code === 'MIRROR_REFUSED') {
        await content.close();
        throw error;
      }
      report({ kind: 'stale', what: url.href, error });
      return { kind: 'kept', freshness: 'stale', record, first: new FirstContent(content) };
    }
  }

  /** Begins to store what the package host sends. */
  async #begin(
    request: PackageRequest,
    url: URL,
    response: PackageResponse,
  ): Promise<Checked & { readonly first: FirstContent }> {
    const { arrivals, records, clock } = this.#context;
    const key = `url ${url.href}`;
    if (response.kind === 'missing') {
      await records.remove(key);
      return { ...response, first: new FirstContent(undefined) };
    }
    if (response.kind === 'not-modified') throw unexpected(url, 'it says 304 without a condition');
    const { body, headers } = response;
    this.#arriving.set(key, headers);
    const content = await arrivals.fetch(key, {
      source: this.#source(url, headers, body.sizeBytes),
      digest: request.digest,
      body,
      onArrived: ({ digest }) => records.put({ key, digest, checkedMs: clock.now(), headers }),
      onOver: () => {
        this.#arriving.delete(key);
      },
    });
    return { kind: 'arriving', headers, first: new FirstContent(content) };
  }

  /** The same file again, from somewhere in its middle on. */
  #source(
    url: URL,
    headers: Readonly<{ [name: string]: string }>,
    sizeBytes: number | undefined,
  ): Source {
    const { upstream } = this.#context;
    return {
      name: url.href,
      distrust: () => undefined,
      open: async (offsetBytes, signal) => {
        const response = await upstream.get(url, { range: `bytes=${offsetBytes}-` }, signal);
        if (response.kind !== 'body') throw unexpected(url, 'it is not there any more');
        const isSame =
          response.body.sizeBytes === sizeBytes &&
          response.headers['etag'] === headers['etag'] &&
          response.headers['last-modified'] === headers['last-modified'];
        if (!isSame) throw unexpected(url, 'it has changed while it was fetched');
        return skipping(response.body, offsetBytes - response.offsetBytes);
      },
    };
  }
}

/** Content that was opened by who asked first; who shares the answer opens it again. */
class FirstContent {
  #content: Content | undefined;

  constructor(content: Content | undefined) {
    this.#content = content;
  }

  take(): Content | undefined {
    const content = this.#content;
    this.#content = undefined;
    return content;
  }
}

function fileOf(
  content: Content,
  headers: Readonly<{ [name: string]: string }>,
  freshness: 'fresh' | 'stale',
): PackageFile {
  return { kind: 'file', content, headers, freshness };
}

function conditionsOf({ headers }: Record): Readonly<{ [name: string]: string }> {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

/** A body without its first bytes, for a host that does not know ranges. */
function skipping(body: SourceBody, skippedBytes: number): SourceBody {
  return skippedBytes <= 0 ? body : { ...body, chunks: skip(body.chunks, skippedBytes) };
}

async function* skip(
  chunks: AsyncIterable<Uint8Array>,
  skippedBytes: number,
): AsyncGenerator<Uint8Array, void> {
  let left = skippedBytes;
  for await (const chunk of chunks) {
    if (left < chunk.byteLength) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.byteLength);
  }
}

function unexpected(url: URL, why: string): BerthError {
  return new BerthError('REGISTRY_REFUSED', {
    message: `Get "${url.href}": ${why}`,
    remedy: 'Try again.',
    details: { url: url.href },
  });
}
