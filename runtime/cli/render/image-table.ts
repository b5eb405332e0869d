import type { ImageRow } from '../client/images.ts';
import { createdAt, humanSince } from './duration.ts';
import { humanSize, preciseSize } from './size.ts';
import type { Column } from './table.ts';
import { shortId } from './text.ts';

/** How `berth images` shows its rows. */
export interface ImageTableOptions {
  readonly nowMs: number;
  readonly ids: 'short' | 'whole';
  readonly digests: 'shown' | 'hidden';
}

/** The columns of `docker images`. */
export function imageColumns({
  nowMs,
  ids,
  digests,
}: ImageTableOptions): readonly Column<ImageRow>[] {
  const digest: Column<ImageRow> = { heading: 'DIGEST', cell: (row) => row.digest };
  return [
    { heading: 'REPOSITORY', cell: (row) => row.repository },
    { heading: 'TAG', cell: (row) => row.tag },
    ...(digests === 'shown' ? [digest] : []),
    { heading: 'IMAGE ID', cell: (row) => (ids === 'short' ? shortId(row.id) : row.id) },
    { heading: 'CREATED', cell: (row) => humanSince(row.createdSeconds, nowMs) },
    { heading: 'SIZE', cell: (row) => humanSize(row.sizeBytes) },
  ];
}

/** A row with the keys of `docker images --format json`. */
export function imageJson(
  row: ImageRow,
  { nowMs, ids }: ImageTableOptions,
): Readonly<Record<string, string>> {
  return {
    // Docker counts neither containers nor shared layers in a list.
    Containers: 'N/A',
    CreatedAt: createdAt(row.createdSeconds),
    CreatedSince: humanSince(row.createdSeconds, nowMs),
    Digest: row.digest,
    ID: ids === 'short' ? shortId(row.id) : row.id,
    Repository: row.repository,
    SharedSize: 'N/A',
    Size: humanSize(row.sizeBytes),
    Tag: row.tag,
    UniqueSize: 'N/A',
    VirtualSize: preciseSize(row.sizeBytes),
  };
}
