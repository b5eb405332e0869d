import type { ImageDirectory } from '../../image/image-directory.ts';
import type { ImageService, PullOptions } from '../../image/image-service.ts';
import { canonicalName, parseReference, withTag } from '../../image/reference.ts';
import type { StartPull } from './pull-progress.ts';

/** A pull of all tags of a repository. */
export interface PullAll {
  readonly images: ImageService;
  readonly directory: ImageDirectory;
  /** A name without tag and digest: Docker pulls all tags then (`docker pull --all-tags`). */
  readonly repository: string;
  readonly options: PullOptions & { readonly signal: AbortSignal };
}

/** Whether a name leaves the tag open. @throws REFERENCE_INVALID */
export function isWithoutTag(name: string): boolean {
  const { tag, digest } = parseReference(name);
  return tag === undefined && digest === undefined;
}

/** One pull for each tag that the registry has, in the registry's order. @throws the codes of `ImageDirectory.tags` */
export async function* pullAll(asked: PullAll): AsyncGenerator<StartPull> {
  const { images, directory, options } = asked;
  const repository = parseReference(asked.repository);
  const { credentials, signal } = options;
  for (const tag of await directory.tags(repository, { credentials, signal })) {
    yield () => images.pull(canonicalName(withTag(repository, tag)), options);
  }
}
