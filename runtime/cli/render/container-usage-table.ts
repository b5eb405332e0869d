import type { UsageRow } from '../client/usage.ts';
import { binarySize, humanSize } from './size.ts';
import type { Column } from './table.ts';

const shortId = 12;

const percent = (value: number): string => `${value.toFixed(2)}%`;

const cells = {
  id: ({ id }: UsageRow) => id.slice(0, shortId),
  cpu: (row: UsageRow) => percent(row.cpuPercent),
  memory: (row: UsageRow) => `${binarySize(row.memoryBytes)} / ${binarySize(row.memoryLimitBytes)}`,
  memoryPercent: (row: UsageRow) => percent(row.memoryPercent),
  network: (row: UsageRow) => `${humanSize(row.receivedBytes)} / ${humanSize(row.sentBytes)}`,
  disks: (row: UsageRow) => `${humanSize(row.readBytes)} / ${humanSize(row.writtenBytes)}`,
  processes: (row: UsageRow) => String(row.processes),
};

/** The columns of `docker stats`. */
export function usageColumns(ids: 'short' | 'whole'): readonly Column<UsageRow>[] {
  return [
    { heading: 'CONTAINER ID', cell: ids === 'short' ? cells.id : ({ id }) => id },
    { heading: 'NAME', cell: ({ name }) => name },
    { heading: 'CPU %', cell: cells.cpu },
    { heading: 'MEM USAGE / LIMIT', cell: cells.memory },
    { heading: 'MEM %', cell: cells.memoryPercent },
    { heading: 'NET I/O', cell: cells.network },
    { heading: 'BLOCK I/O', cell: cells.disks },
    { heading: 'PIDS', cell: cells.processes },
  ];
}

/** A row with the keys of `docker stats --format json`. */
export function usageJson(row: UsageRow): Readonly<Record<string, string>> {
  return {
    BlockIO: cells.disks(row),
    CPUPerc: cells.cpu(row),
    Container: cells.id(row),
    ID: cells.id(row),
    MemPerc: cells.memoryPercent(row),
    MemUsage: cells.memory(row),
    Name: row.name,
    NetIO: cells.network(row),
    PIDs: cells.processes(row),
  };
}
