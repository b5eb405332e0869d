import type { HistoryEntry } from '../../image/image-history.ts';
import type { ImageDetails } from '../../image/image-service.ts';

/** The steps of `docker history`, newest first. Only the last step has an id: the others were made elsewhere. */
export function historyView(
  { id, repoTags }: ImageDetails,
  entries: readonly HistoryEntry[],
): readonly Readonly<Record<string, unknown>>[] {
  return entries.map((entry, index) => ({
    Id: index === 0 ? id : '<missing>',
    Created: Math.floor(entry.createdMs / 1000),
    CreatedBy: entry.createdBy,
    Tags: index === 0 && repoTags.length > 0 ? repoTags : null,
    Size: entry.sizeBytes,
    Comment: entry.comment,
  }));
}
