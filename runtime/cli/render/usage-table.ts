import type { DiskUsage, ImageUsage, UsageRow, VolumeUsage } from '../client/disk-usage.ts';
import type { ImageRow } from '../client/images.ts';
import { containerJson } from './container-table.ts';
import { humanSince } from './duration.ts';
import { humanSize } from './size.ts';
import type { Column } from './table.ts';
import { renderTable } from './table.ts';
import { shortId } from './text.ts';

function reclaimable({ reclaimableBytes, sizeBytes }: UsageRow): string {
  const share = sizeBytes > 0 ? ` (${Math.floor((reclaimableBytes * 100) / sizeBytes)}%)` : '';
  return `${humanSize(reclaimableBytes)}${share}`;
}

/** The columns of `docker system df`. */
export const usageColumns: readonly Column<UsageRow>[] = [
  { heading: 'TYPE', cell: ({ type }) => type },
  { heading: 'TOTAL', cell: ({ count }) => String(count) },
  { heading: 'ACTIVE', cell: ({ active }) => String(active) },
  { heading: 'SIZE', cell: ({ sizeBytes }) => humanSize(sizeBytes) },
  { heading: 'RECLAIMABLE', cell: reclaimable },
];

/** A row with the keys of `docker system df --format json`. */
export function usageJson(row: UsageRow): Readonly<Record<string, string>> {
  return {
    Active: String(row.active),
    Reclaimable: reclaimable(row),
    Size: humanSize(row.sizeBytes),
    TotalCount: String(row.count),
    Type: row.type,
  };
}

interface ImageLine {
  readonly row: ImageRow;
  readonly usage: ImageUsage;
}

const imageColumns = (nowMs: number): readonly Column<ImageLine>[] => [
  { heading: 'REPOSITORY', cell: ({ row }) => row.repository },
  { heading: 'TAG', cell: ({ row }) => row.tag },
  { heading: 'IMAGE ID', cell: ({ row }) => shortId(row.id) },
  { heading: 'CREATED', cell: ({ row }) => humanSince(row.createdSeconds, nowMs) },
  { heading: 'SIZE', cell: ({ row }) => humanSize(row.sizeBytes) },
  { heading: 'SHARED SIZE', cell: ({ usage }) => humanSize(usage.sharedBytes) },
  { heading: 'UNIQUE SIZE', cell: ({ usage }) => humanSize(usage.uniqueBytes) },
  { heading: 'CONTAINERS', cell: ({ usage }) => String(usage.containers) },
];

const field = (heading: string, key: string): Column<Readonly<Record<string, string>>> => ({
  heading,
  cell: (row) => row[key] ?? '',
});

const containerColumns = [
  field('CONTAINER ID', 'ID'),
  field('IMAGE', 'Image'),
  field('COMMAND', 'Command'),
  field('LOCAL VOLUMES', 'LocalVolumes'),
  field('SIZE', 'Size'),
  field('CREATED', 'RunningFor'),
  field('STATUS', 'Status'),
  field('NAMES', 'Names'),
];

const volumeColumns: readonly Column<VolumeUsage>[] = [
  { heading: 'VOLUME NAME', cell: ({ name }) => name },
  { heading: 'LINKS', cell: ({ links }) => String(links) },
  { heading: 'SIZE', cell: ({ sizeBytes }) => humanSize(sizeBytes) },
];

/** The tables of `docker system df -v`. */
export function renderUsageDetails(usage: DiskUsage, nowMs: number): string {
  const images = usage.images.flatMap((each) => each.rows.map((row) => ({ row, usage: each })));
  const options = { nowMs, ids: 'short', sizes: 'shown' } as const;
  const containers = usage.containers.map((row) => containerJson(row, options));
  return [
    `Images space usage:\n\n${renderTable(imageColumns(nowMs), images)}`,
    `Containers space usage:\n\n${renderTable(containerColumns, containers)}`,
    `Local Volumes space usage:\n\n${renderTable(volumeColumns, usage.volumes)}`,
  ].join('\n');
}
