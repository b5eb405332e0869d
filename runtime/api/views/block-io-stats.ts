import type { UsageSample } from '../../container/query/usage.ts';

type BlockIo = UsageSample['counts']['blkio'];

/** Docker's names of the lists, and those in which the kernel's counts are read. */
const lists = [
  ['io_service_bytes_recursive', 'ioServiceBytesRecursive'],
  ['io_serviced_recursive', 'ioServicedRecursive'],
  ['io_queue_recursive', 'ioQueueRecursive'],
  ['io_service_time_recursive', 'ioServiceTimeRecursive'],
  ['io_wait_time_recursive', 'ioWaitTimeRecursive'],
  ['io_merged_recursive', 'ioMergedRecursive'],
  ['io_time_recursive', 'ioTimeRecursive'],
  ['sectors_recursive', 'sectorsRecursive'],
] as const;

interface Entry {
  readonly major: number;
  readonly minor: number;
  readonly op: string;
  readonly value: number;
}

function entriesOf(list: BlockIo[string]): readonly Entry[] {
  if (!Array.isArray(list)) return [];
  const counts: Extract<BlockIo[string], readonly unknown[]> = list;
  return counts.map(({ major, minor, op = '', value }) => ({
    ...{ major, minor, op },
    value: Number(value),
  }));
}

/** Disk traffic as Docker tells it; absent: of a container that does not run. */
export function blockIoStats(
  usage: Pick<UsageSample, 'version' | 'counts'> | undefined,
): Readonly<Record<string, readonly Entry[] | null>> {
  const all = lists.map(([name, key]) => [name, entriesOf(usage?.counts.blkio[key])] as const);
  if (usage === undefined) return Object.fromEntries(all.map(([name]) => [name, null]));
  if (usage.version === 'v1') return Object.fromEntries(all);
  return Object.fromEntries(
    all.map(([name, entries]) => {
      // With cgroup v2 Docker has one list, of what was read and written, in small letters.
      const traffic = entries.flatMap((entry) =>
        entry.op === 'Discard' ? [] : [{ ...entry, op: entry.op.toLowerCase() }],
      );
      const isTold = name === 'io_service_bytes_recursive' && traffic.length > 0;
      return [name, isTold ? traffic : null];
    }),
  );
}
