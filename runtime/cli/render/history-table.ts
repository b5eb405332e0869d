import type { HistoryRow } from '../client/history.ts';
import { humanSince } from './duration.ts';
import { humanSize } from './size.ts';
import type { Column } from './table.ts';
import { ellipsis, shortId } from './text.ts';

/** How `berth history` shows its rows. */
export interface HistoryTableOptions {
  readonly nowMs: number;
  readonly texts: 'short' | 'whole';
  /** `exact`: bytes, and times in RFC 3339. */
  readonly numbers: 'human' | 'exact';
}

/** Docker tells no age of what is older: such times are made up, for builds that give the same bytes each time. */
const oldestSeconds = Date.UTC(2000, 0, 1) / 1000;

const createdAt = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

function cells(row: HistoryRow, { nowMs, texts, numbers }: HistoryTableOptions) {
  const createdBy = row.createdBy.replaceAll('\t', ' ');
  const since = row.createdSeconds <= oldestSeconds ? 'N/A' : humanSince(row.createdSeconds, nowMs);
  return {
    id: texts === 'short' ? shortId(row.id) : row.id,
    createdAt: createdAt(row.createdSeconds),
    createdSince: numbers === 'human' ? since : createdAt(row.createdSeconds),
    createdBy: texts === 'short' ? ellipsis(createdBy, 45) : createdBy,
    size: numbers === 'human' ? humanSize(row.sizeBytes) : String(row.sizeBytes),
  };
}

/** The columns of `docker history`. */
export function historyColumns(options: HistoryTableOptions): readonly Column<HistoryRow>[] {
  return [
    { heading: 'IMAGE', cell: (row) => cells(row, options).id },
    {
      heading: options.numbers === 'human' ? 'CREATED' : 'CREATED AT',
      cell: (row) => cells(row, options).createdSince,
    },
    { heading: 'CREATED BY', cell: (row) => cells(row, options).createdBy },
    { heading: 'SIZE', cell: (row) => cells(row, options).size },
    { heading: 'COMMENT', cell: (row) => row.comment },
  ];
}

/** A row with the keys of `docker history --format json`. */
export function historyJson(
  row: HistoryRow,
  options: HistoryTableOptions,
): Readonly<Record<string, string>> {
  const { id, createdAt: at, createdSince, createdBy, size } = cells(row, options);
  return {
    Comment: row.comment,
    CreatedAt: at,
    CreatedBy: createdBy,
    CreatedSince: createdSince,
    ID: id,
    Size: size,
  };
}
