import type { ImageService, ImageSummary } from '../../image/image-service.ts';
import {
  invalidFilterValue,
  matchesLabels,
  matchesPattern,
  refuseUnknownFilters,
} from '../../container/query/filters.ts';
import type { Filters } from '../../container/query/filters.ts';

/** Filters of `docker images` that berth knows. */
const knownFilters = ['before', 'dangling', 'label', 'reference', 'since'];

/** A `reference` filter as a regular expression: `*` is anything but a slash, as in Go's path.Match. */
function referencePattern(pattern: string): string {
  const escaped = pattern.replaceAll(/[.+^${}()|\\]/g, '\\$&');
  const expression = escaped.replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
  return `^${expression}(:[^/]*)?$`;
}

function isWanted(image: ImageSummary, filters: Filters): boolean {
  const { repoTags, labels } = image;
  const reference = filters.get('reference');
  if (reference !== undefined) {
    const patterns = reference.map(referencePattern);
    if (!matchesPattern('reference', patterns, repoTags)) return false;
  }
  if (!matchesLabels(filters.get('label') ?? [], labels)) return false;
  const [dangling] = filters.get('dangling') ?? [];
  if (dangling === undefined) return true;
  if (!['true', 'false', '1', '0'].includes(dangling)) {
    throw invalidFilterValue('dangling', dangling, 'true or false');
  }
  return (repoTags.length === 0) === ['true', '1'].includes(dangling);
}

/**
 * The images that are wanted, newest first.
 *
 * @throws FILTER_INVALID, and what `ImageService.inspect` throws (of `before` and `since`)
 */
export async function filterImages(
  images: ImageService,
  filters: Filters,
): Promise<readonly ImageSummary[]> {
  refuseUnknownFilters(filters, knownFilters);
  const createdMs = (name: string): Promise<number> =>
    images.inspect(name).then((image) => image.createdMs);
  const [before, since] = await Promise.all([
    Promise.all((filters.get('before') ?? []).map(createdMs)),
    Promise.all((filters.get('since') ?? []).map(createdMs)),
  ]);
  const found = await images.list();
  return found.filter(
    (image) =>
      isWanted(image, filters) &&
      before.every((time) => image.createdMs < time) &&
      since.every((time) => image.createdMs > time),
  );
}
