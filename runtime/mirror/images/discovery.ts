import { isBerthError } from '../../errors/berth-error.ts';
import type { Digest } from '../../image/digest.ts';
import { mediaTypes } from '../../image/media-types.ts';
import { nameOf } from '../request/repository-name.ts';
import type { RepositoryName } from '../request/repository-name.ts';
import type { ImagesContext } from './images-context.ts';

/** Tags of a repository, sorted. */
export interface TagList {
  readonly tags: readonly string[];
  /** `stale` when only this host could be asked. */
  readonly freshness: 'fresh' | 'stale';
}

/** Lists, which are asked of upstream each time. */
export class Discovery {
  readonly #context: ImagesContext;

  constructor(context: ImagesContext) {
    this.#context = context;
  }

  /** @throws the codes of the registry area */
  async tags(name: RepositoryName): Promise<TagList> {
    const { upstream, local, localPolicy, report } = this.#context;
    try {
      return { tags: sorted(await upstream.tags(name)), freshness: 'fresh' };
    } catch (error) {
      const tags = localPolicy === 'all' && isBerthError(error) ? await local.tags(name) : [];
      if (tags.length === 0) throw error;
      report({ kind: 'stale', what: `tags of ${nameOf(name)}`, error });
      return { tags: sorted(tags), freshness: 'stale' };
    }
  }

  /** The index of what refers to a manifest. @throws the codes of the registry area */
  async referrers(
    name: RepositoryName,
    digest: Digest,
    artifactType: string | undefined,
  ): Promise<unknown> {
    const manifests = await this.#context.upstream.referrers(name, digest, artifactType);
    return { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests };
  }
}

/** As registries sort them: by their bytes. */
function sorted(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)].sort((a, b) => (a < b ? -1 : 1));
}
