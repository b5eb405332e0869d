import type { Digest } from '../../image/digest.ts';
import type { Content } from '../cache/content.ts';
import type { RepositoryName } from '../request/repository-name.ts';
import type { ImagesContext } from './images-context.ts';
import { SingleFlight } from './single-flight.ts';

/** Blobs: from the cache, from this host's own images, else from upstream while they are stored. */
export class Blobs {
  readonly #context: ImagesContext;
  readonly #sizes = new SingleFlight<number | undefined>();

  constructor(context: ImagesContext) {
    this.#context = context;
  }

  /** Bytes of a blob; `undefined` when upstream has it but does not say. @throws BLOB_UNKNOWN when there is none */
  async size(name: RepositoryName, digest: Digest): Promise<number | undefined> {
    const content = await this.#here(name, digest);
    if (content === undefined) return this.#upstreamSize(name, digest);
    await content.close();
    return content.sizeBytes;
  }

  /** Opens a blob. @throws the codes of the registry area; BLOB_UNKNOWN when there is none */
  async open(name: RepositoryName, digest: Digest): Promise<Content> {
    const { arrivals, upstream } = this.#context;
    const key = `blob ${digest}`;
    const content =
      (await arrivals.join(key).catch(() => undefined)) ?? (await this.#here(name, digest));
    return content ?? arrivals.fetch(key, { source: upstream.blob(name, digest), digest });
  }

  async #here(name: RepositoryName, digest: Digest): Promise<Content | undefined> {
    const kept = await this.#context.cache.open(digest);
    if (kept !== undefined) return kept;
    return (await this.#mayServeLocal(name, digest)) ? this.#context.local.open(digest) : undefined;
  }

  /** Whether the engine has it, and the client may have it: see docs/decisions/0007. */
  async #mayServeLocal(name: RepositoryName, digest: Digest): Promise<boolean> {
    const { local, localPolicy, known } = this.#context;
    if (localPolicy === 'none' || !(await local.has(digest))) return false;
    if (known.has(name, digest)) return true;
    if (localPolicy === 'all' && (await local.hasFor(name, digest))) return true;
    try {
      // Costs a request and saves a download.
      await this.#upstreamSize(name, digest);
      return true;
    } catch {
      return false;
    }
  }

  #upstreamSize(name: RepositoryName, digest: Digest): Promise<number | undefined> {
    const { upstream, known } = this.#context;
    return this.#sizes.run(`${name.registry}/${name.path}@${digest}`, async () => {
      const size = await upstream.blobSize(name, digest);
      known.add(name, digest);
      return size;
    });
  }
}
