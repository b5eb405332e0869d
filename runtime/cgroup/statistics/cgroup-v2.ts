import type { CgroupV2Layout } from '../layout.ts';
import { type Count, ControlFiles, numbersOf, parseCount } from './control-files.ts';
import type { BlockCount, MemoryCounts, Pressure, Pressures, Statistics } from './statistics.ts';

const nanosecondsPerMicrosecond = 1000;

const none: MemoryCounts = { limit: 0, failcnt: 0 };

/** Reads what cgroup v2 counts of a container. */
export async function readV2(
  folder: string | undefined,
  { hugePageSizes }: CgroupV2Layout,
): Promise<Statistics> {
  const files = new ControlFiles(folder);
  const pidsMax = await files.text('pids.max');
  return {
    cpu: await cpuOf(files),
    cpuset: {
      cpus: numbersOf(await files.text('cpuset.cpus.effective')),
      mems: numbersOf(await files.text('cpuset.mems.effective')),
    },
    memory: await memoryOf(files),
    pids: {
      current: await files.count('pids.current'),
      limit: pidsMax === 'max' ? 0 : (parseCount(pidsMax) ?? 0),
    },
    blkio: await blkioOf(files),
    hugetlb: await hugetlbOf(files, hugePageSizes),
    intel_rdt: {},
    network_interfaces: null,
  };
}

async function cpuOf(files: ControlFiles): Promise<Statistics['cpu']> {
  const stat = await files.counts('cpu.stat');
  const nanoseconds = (name: string): Count => Number(stat[name] ?? 0) * nanosecondsPerMicrosecond;
  return {
    usage: {
      total: nanoseconds('usage_usec'),
      kernel: nanoseconds('system_usec'),
      user: nanoseconds('user_usec'),
    },
    throttling: {
      periods: stat['nr_periods'] ?? 0,
      throttledPeriods: stat['nr_throttled'] ?? 0,
      throttledTime: nanoseconds('throttled_usec'),
    },
    psi: pressures(await files.lines('cpu.pressure')),
  };
}

async function memoryOf(files: ControlFiles): Promise<Statistics['memory']> {
  const raw = await files.counts('memory.stat');
  const events = await files.counts('memory.events');
  const usage = {
    limit: await files.count('memory.max'),
    usage: await files.count('memory.current'),
    max: await files.count('memory.peak'),
    failcnt: events['max'] ?? 0,
  };
  return {
    cache: raw['file'] ?? 0,
    usage,
    swap: await withSwap(files, usage),
    kernel: none,
    kernelTCP: none,
    raw,
    psi: pressures(await files.lines('memory.pressure')),
  };
}

/** cgroup v2 counts swap by itself, these statistics together with memory. */
async function withSwap(files: ControlFiles, memory: MemoryCounts): Promise<MemoryCounts> {
  const max = await files.text('memory.swap.max');
  const sum = (one: Count, other: Count): Count =>
    parseCount(String(BigInt(one) + BigInt(other))) ?? 0;
  return {
    limit:
      max === 'max' || (await files.text('memory.max')) === 'max'
        ? (parseCount('max') ?? 0)
        : sum(parseCount(max) ?? 0, memory.limit),
    usage: sum(await files.count('memory.swap.current'), memory.usage ?? 0),
    failcnt: 0,
  };
}

/** Names of io.stat, by the list they are in: https://docs.kernel.org/admin-guide/cgroup-v2.html#io */
const operations = [
  { key: 'rbytes', list: 'ioServiceBytesRecursive', op: 'Read' },
  { key: 'wbytes', list: 'ioServiceBytesRecursive', op: 'Write' },
  { key: 'dbytes', list: 'ioServiceBytesRecursive', op: 'Discard' },
  { key: 'rios', list: 'ioServicedRecursive', op: 'Read' },
  { key: 'wios', list: 'ioServicedRecursive', op: 'Write' },
  { key: 'dios', list: 'ioServicedRecursive', op: 'Discard' },
] as const;

async function blkioOf(files: ControlFiles): Promise<Statistics['blkio']> {
  const lists: Record<string, BlockCount[]> = {};
  for (const line of await files.lines('io.stat')) {
    const match = /^(\d+):(\d+) (.*)$/.exec(line);
    if (match === null) continue;
    const values = new Map(
      (match[3] ?? '').split(' ').map((pair) => pair.split('=') as [string, string]),
    );
    for (const { key, list, op } of operations) {
      const value = parseCount(values.get(key) ?? '');
      if (value === undefined) continue;
      lists[list] = [
        ...(lists[list] ?? []),
        { major: Number(match[1]), minor: Number(match[2]), op, value },
      ];
    }
  }
  return { ...lists, psi: pressures(await files.lines('io.pressure')) };
}

/** Lines such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`. */
function pressures(lines: readonly string[]): Pressures | undefined {
  if (lines.length === 0) return undefined;
  return Object.fromEntries(
    lines.map((line): [string, Pressure] => {
      const [kind = '', ...pairs] = line.split(' ');
      const values = new Map(pairs.map((pair) => pair.split('=') as [string, string]));
      const percent = (name: string): number => Number(values.get(name) ?? 0);
      return [
        kind,
        {
          avg10: percent('avg10'),
          avg60: percent('avg60'),
          avg300: percent('avg300'),
          total: parseCount(values.get('total') ?? '') ?? 0,
        },
      ];
    }),
  );
}

async function hugetlbOf(
  files: ControlFiles,
  sizes: readonly string[],
): Promise<Statistics['hugetlb']> {
  const entries = await Promise.all(
    sizes.map(async (size) => {
      const current = await files.text(`hugetlb.${size}.current`);
      if (current === '') return [];
      const { max = 0 } = await files.counts(`hugetlb.${size}.events`);
      return [[size, { usage: parseCount(current) ?? 0, failcnt: max }] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}
