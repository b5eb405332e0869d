import type { ContainerRow } from '../client/containers.ts';
import { createdAt, humanSince } from './duration.ts';
import { portsText } from './ports-text.ts';
import { humanSize } from './size.ts';
import type { Column } from './table.ts';
import { ellipsis, shortId } from './text.ts';

/** How `berth ps` shows its rows. */
export interface ContainerTableOptions {
  readonly nowMs: number;
  readonly ids: 'short' | 'whole';
  readonly sizes: 'shown' | 'hidden';
}

const commandLength = 20;

/** The names that it has as a linked container, `parent/alias`, are for who wants all in full. */
function namesText({ names }: ContainerRow, ids: 'short' | 'whole'): string {
  return names.filter((name) => ids === 'whole' || !name.includes('/')).join(',');
}

/** An image without a name any more is listed by its digest. */
function imageText(row: ContainerRow, ids: 'short' | 'whole'): string {
  return ids === 'short' && row.image.startsWith('sha256:') ? shortId(row.image) : row.image;
}

function commandText(row: ContainerRow, ids: 'short' | 'whole'): string {
  return JSON.stringify(ids === 'short' ? ellipsis(row.command, commandLength) : row.command);
}

function sizeText(row: ContainerRow): string {
  const own = humanSize(row.sizeRwBytes);
  return row.sizeRootFsBytes > 0 ? `${own} (virtual ${humanSize(row.sizeRootFsBytes)})` : own;
}

/** The columns of `docker ps`. */
export function containerColumns(options: ContainerTableOptions): readonly Column<ContainerRow>[] {
  const { nowMs, ids } = options;
  const columns: readonly Column<ContainerRow>[] = [
    { heading: 'CONTAINER ID', cell: (row) => (ids === 'short' ? shortId(row.id) : row.id) },
    { heading: 'IMAGE', cell: (row) => imageText(row, ids) },
    { heading: 'COMMAND', cell: (row) => commandText(row, ids) },
    { heading: 'CREATED', cell: (row) => humanSince(row.createdSeconds, nowMs) },
    { heading: 'STATUS', cell: (row) => row.status },
    { heading: 'PORTS', cell: (row) => portsText(row.ports) },
    { heading: 'NAMES', cell: (row) => namesText(row, ids) },
  ];
  return options.sizes === 'shown' ? [...columns, { heading: 'SIZE', cell: sizeText }] : columns;
}

/** A row with the keys of `docker ps --format json`. */
export function containerJson(
  row: ContainerRow,
  { nowMs, ids }: ContainerTableOptions,
): Readonly<Record<string, string>> {
  return {
    Command: commandText(row, ids),
    CreatedAt: createdAt(row.createdSeconds),
    ID: ids === 'short' ? shortId(row.id) : row.id,
    Image: imageText(row, ids),
    Labels: Object.entries(row.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
    LocalVolumes: String(row.volumeCount),
    Mounts: row.mounts.join(','),
    Names: namesText(row, ids),
    Networks: row.networks.join(','),
    Ports: portsText(row.ports),
    RunningFor: humanSince(row.createdSeconds, nowMs),
    Size: sizeText(row),
    State: row.state,
    Status: row.status,
  };
}
