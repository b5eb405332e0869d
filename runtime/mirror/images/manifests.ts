import { isBerthError } from '../../errors/berth-error.ts';
import { isDigest } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import { maxManifestBytes } from '../../image/manifest.ts';
import { readAll } from '../cache/content.ts';
import type { DiskCache } from '../cache/disk-cache.ts';
import { nameOf } from '../request/repository-name.ts';
import type { RepositoryName } from '../request/repository-name.ts';
import type { UpstreamManifest } from '../upstream/upstream.ts';
import type { ImagesContext } from './images-context.ts';
import { childrenOf } from './local-images.ts';
import { mediaTypeOf } from './media-type-of.ts';
import { SingleFlight } from './single-flight.ts';

/** A manifest to serve. */
export interface ServedManifest extends UpstreamManifest {
  readonly mediaType: string;
  /** `stale` when upstream could not be asked whether this is still so. */
  readonly freshness: 'fresh' | 'stale';
}

/** Manifests: from the cache, from this host's own images, else from upstream. */
export class Manifests {
  readonly #context: ImagesContext;
  readonly #flights = new SingleFlight<ServedManifest>();

  constructor(context: ImagesContext) {
    this.#context = context;
  }

  /** @throws the codes of the registry area; MANIFEST_UNKNOWN when there is none */
  get(name: RepositoryName, selector: string): Promise<ServedManifest> {
    return this.#flights.run(`${nameOf(name)} ${selector}`, () =>
      isDigest(selector) ? this.#byDigest(name, selector) : this.#byTag(name, selector),
    );
  }

  async #byDigest(name: RepositoryName, digest: Digest): Promise<ServedManifest> {
    const kept = await this.#kept(name, digest);
    if (kept !== undefined) return kept;
    try {
      return await this.#fetch(name, digest);
    } catch (error) {
      const local = await this.#local(name, digest);
      if (local === undefined) throw error;
      return local;
    }
  }

  async #byTag(name: RepositoryName, tag: string): Promise<ServedManifest> {
    const { records, clock, manifestTtlMs } = this.#context;
    const key = `tag ${nameOf(name)}:${tag}`;
    const record = await records.get(key);
    const isFresh = record !== undefined && clock.now() - record.checkedMs < manifestTtlMs;
    const kept = isFresh ? await this.#kept(name, record.digest) : undefined;
    if (kept !== undefined) return kept;
    try {
      const manifest = await this.#revalidated(name, tag, record?.digest);
      await records.put({ key, digest: manifest.digest, checkedMs: clock.now(), headers: {} });
      return manifest;
    } catch (error) {
      return this.#withoutUpstream({ name, tag, key, digest: record?.digest, error });
    }
  }

  /** Asks upstream what the tag stands for, and sends for it only when that has changed. */
  async #revalidated(
    name: RepositoryName,
    tag: string,
    before: Digest | undefined,
  ): Promise<ServedManifest> {
    const kept = before === undefined ? undefined : await this.#kept(name, before);
    const digest = await this.#context.upstream.resolve(name, tag);
    if (digest === undefined) return this.#fetch(name, tag);
    if (kept !== undefined && digest === before) return kept;
    return this.#byDigest(name, digest);
  }

  async #withoutUpstream(asked: {
    readonly name: RepositoryName;
    readonly tag: string;
    readonly key: string;
    readonly digest: Digest | undefined;
    readonly error: unknown;
  }): Promise<ServedManifest> {
    const { name, tag, key, error } = asked;
    const { records, localPolicy, local, report } = this.#context;
    if (isGone(error)) {
      await records.remove(key);
    } else if (asked.digest !== undefined) {
      const kept = await this.#kept(name, asked.digest);
      if (kept !== undefined) {
        report({ kind: 'stale', what: `${nameOf(name)}:${tag}`, error });
        return { ...kept, freshness: 'stale' };
      }
    }
    const digest = localPolicy === 'all' ? await local.resolve(name, tag) : undefined;
    const manifest = digest === undefined ? undefined : await this.#local(name, digest);
    if (manifest === undefined) throw error;
    report({ kind: 'stale', what: `${nameOf(name)}:${tag}`, error });
    return { ...manifest, freshness: 'stale' };
  }

  async #kept(name: RepositoryName, digest: Digest): Promise<ServedManifest | undefined> {
    const size = this.#context.cache.sizeOf(digest);
    // A layer may be asked for as if it were a manifest: it must not be read into memory.
    if (size === undefined || size > maxManifestBytes) return undefined;
    const content = await this.#context.cache.open(digest);
    if (content === undefined) return undefined;
    return this.#served(name, { digest, bytes: await readAll(content) });
  }

  async #local(name: RepositoryName, digest: Digest): Promise<ServedManifest | undefined> {
    const { local, localPolicy, known } = this.#context;
    if (localPolicy === 'none') return undefined;
    const isAllowed =
      known.has(name, digest) || (localPolicy === 'all' && (await local.hasFor(name, digest)));
    if (!isAllowed) return undefined;
    const content = await local.open(digest);
    if (content === undefined || (content.sizeBytes ?? 0) > maxManifestBytes) {
      await content?.close();
      return undefined;
    }
    return manifestOf({ digest, bytes: await readAll(content) });
  }

  async #fetch(name: RepositoryName, selector: string): Promise<ServedManifest> {
    const manifest = await this.#context.upstream.manifest(name, selector);
    await keep(this.#context.cache, manifest);
    return this.#served(name, manifest);
  }

  /** What a manifest that anybody may have leads to, anybody may have. */
  #served(name: RepositoryName, manifest: UpstreamManifest): ServedManifest {
    const { known } = this.#context;
    known.add(name, manifest.digest);
    try {
      for (const child of childrenOf(manifest.bytes, manifest.digest))
        known.add(name, child.digest);
    } catch (error) {
      // Of a kind that berth does not know: it is passed on all the same.
      if (!isBerthError(error)) throw error;
    }
    return manifestOf(manifest);
  }
}

function manifestOf(manifest: UpstreamManifest): ServedManifest {
  return { ...manifest, mediaType: mediaTypeOf(manifest.bytes), freshness: 'fresh' };
}

/** Whether upstream has said that there is no such thing, or not for us. */
function isGone(error: unknown): boolean {
  return isBerthError(error, 'MANIFEST_UNKNOWN') || isBerthError(error, 'REGISTRY_UNAUTHORIZED');
}

/** Puts a manifest into the cache. When there is no room it is served all the same. */
async function keep(cache: DiskCache, { digest, bytes }: UpstreamManifest): Promise<void> {
  await cache.add(digest, bytes).catch(() => undefined);
}
