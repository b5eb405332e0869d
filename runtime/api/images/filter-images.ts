import type { ImageService, ImageSummary } from '../../image/image-service.ts';
import { familiarRepository, parseReference } from '../../image/reference.ts';
import {
  booleanFilter,
  invalidFilterValue,
  matchesLabels,
  refuseUnknownFilters,
} from '../../container/query/filters.ts';
import type { Filters } from '../../container/query/filters.ts';
import { parseMoment } from './moment.ts';
import { pathMatcher } from './path-match.ts';

/** Filters of `docker images` that berth knows. */
const listFilters = ['before', 'dangling', 'label', 'label!', 'reference', 'since', 'until'];
/** Filters of `docker image prune`. */
const pruneFilters = ['dangling', 'label', 'label!', 'until'];

/** The earliest of the moments of `until` filters. @throws FILTER_INVALID */
function untilMs(filters: Filters, nowMs: number): number | undefined {
  const values = filters.get('until') ?? [];
  if (values.length === 0) return undefined;
  const moments = values.map((value) => {
    const moment = parseMoment(value, nowMs);
    if (moment !== undefined) return moment;
    throw invalidFilterValue('until', value, 'a duration such as "24h", or a date');
  });
  return Math.min(...moments);
}

/** Whether labels are as `label` and `label!` filters want them: all of the former, none of the latter. */
function hasLabels(filters: Filters, labels: Readonly<Record<string, string>>): boolean {
  const unwanted = filters.get('label!') ?? [];
  return (
    matchesLabels(filters.get('label') ?? [], labels) &&
    !unwanted.some((item) => matchesLabels([item], labels))
  );
}

/** Leaves of an image's names those that a `reference` filter matches, as Docker shows it then. */
function narrowNames(
  image: ImageSummary,
  matchers: readonly ((name: string) => boolean)[],
): ImageSummary {
  const matches = (name: string): boolean =>
    matchers.some((test) => test(name) || test(familiarRepository(parseReference(name))));
  return {
    ...image,
    repoTags: image.repoTags.filter(matches),
    repoDigests: image.repoDigests.filter(matches),
  };
}

function isWanted(image: ImageSummary, filters: Filters, dangling: boolean | undefined): boolean {
  const isNamed = image.repoTags.length > 0 || image.repoDigests.length > 0;
  if (filters.has('reference') && !isNamed) return false;
  if (!hasLabels(filters, image.labels)) return false;
  if (dangling === undefined) return true;
  return dangling ? image.repoTags.length === 0 : isNamed;
}

/**
 * The images that are wanted, newest first.
 *
 * @param nowMs milliseconds since 1970
 * @throws FILTER_INVALID, and what `ImageService.inspect` throws (of `before` and `since`)
 */
export async function filterImages(
  images: ImageService,
  filters: Filters,
  nowMs: number,
): Promise<readonly ImageSummary[]> {
  refuseUnknownFilters(filters, listFilters);
  const createdMs = (name: string): Promise<number> =>
    images.inspect(name).then((image) => image.createdMs);
  const [before, since] = await Promise.all([
    Promise.all((filters.get('before') ?? []).map(createdMs)),
    Promise.all((filters.get('since') ?? []).map(createdMs)),
  ]);
  const until = untilMs(filters, nowMs);
  const dangling = booleanFilter(filters, 'dangling');
  const matchers = filters.get('reference')?.map(pathMatcher);
  const found = (await images.list()).map((image) =>
    matchers === undefined ? image : narrowNames(image, matchers),
  );
  return found.filter(
    (image) =>
      isWanted(image, filters, dangling) &&
      [...before, until ?? Infinity].every((time) => image.createdMs < time) &&
      since.every((time) => image.createdMs > time),
  );
}

/** What `POST /images/prune` asks to be removed. @throws FILTER_INVALID */
export function pruneSelection(
  filters: Filters,
  nowMs: number,
): Pick<Parameters<ImageService['prune']>[0], 'scope' | 'isWanted'> {
  refuseUnknownFilters(filters, pruneFilters);
  const until = untilMs(filters, nowMs);
  if ((filters.get('until') ?? []).length > 1) {
    throw invalidFilterValue('until', filters.get('until')?.join() ?? '', 'one of them');
  }
  return {
    scope: (booleanFilter(filters, 'dangling') ?? true) ? 'dangling' : 'unused',
    isWanted: ({ labels, createdMs }) =>
      hasLabels(filters, labels) && (until === undefined || createdMs <= until),
  };
}
