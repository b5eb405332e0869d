import type { MirrorRow } from '../client/mirrors.ts';
import { humanSince } from './duration.ts';
import { humanSize } from './size.ts';
import type { Column } from './table.ts';

const unknown = '-';

/** The columns of `berth mirrors`. */
export function mirrorColumns(nowMs: number): readonly Column<MirrorRow>[] {
  return [
    { heading: 'REGISTRY', cell: (row) => row.registry },
    { heading: 'SOURCE', cell: (row) => row.source },
    { heading: 'KIND', cell: (row) => row.kind },
    { heading: 'STATE', cell: (row) => row.state },
    {
      heading: 'FIRST BYTE',
      cell: ({ firstByteMs }) => (firstByteMs === undefined ? unknown : `${firstByteMs} ms`),
    },
    {
      heading: 'THROUGHPUT',
      cell: ({ bytesPerSecond }) =>
        bytesPerSecond === undefined ? unknown : `${humanSize(bytesPerSecond)}/s`,
    },
    { heading: 'SERVED', cell: (row) => humanSize(row.bytes) },
    { heading: 'BLOBS', cell: (row) => String(row.blobs) },
    { heading: 'ERRORS', cell: (row) => String(row.errors) },
    { heading: 'WRONG', cell: (row) => String(row.wrongDigests) },
    {
      heading: 'LAST USED',
      cell: ({ lastUsedSeconds }) =>
        lastUsedSeconds === undefined ? 'never' : humanSince(lastUsedSeconds, nowMs),
    },
  ];
}
