import type { CgroupV1Layout, V1Controller } from '../layout.ts';
import { type Count, ControlFiles, numbersOf, parseCount } from './control-files.ts';
import type { BlockCount, MemoryCounts, Statistics } from './statistics.ts';

/** Clock ticks of cpuacct.stat: USER_HZ is 100 on every architecture that berth runs on. */
const nanosecondsPerTick = 10_000_000;

/** Reads what cgroup v1 counts of a container. */
export async function readV1(
  folderOf: (controller: V1Controller) => string | undefined,
  { hugePageSizes }: CgroupV1Layout,
): Promise<Statistics> {
  const files = (controller: V1Controller): ControlFiles => new ControlFiles(folderOf(controller));
  const pids = files('pids');
  const [cpu, cpuset, memory, blkio, hugetlb] = await Promise.all([
    cpuOf(files('cpu'), files('cpuacct')),
    cpusetOf(files('cpuset')),
    memoryOf(files('memory')),
    blkioOf(files('blkio')),
    hugetlbOf(files('hugetlb'), hugePageSizes),
  ]);
  return {
    cpu,
    cpuset,
    memory,
    pids: { current: await pids.count('pids.current'), limit: await limitOf(pids) },
    blkio,
    hugetlb,
    intel_rdt: {},
    network_interfaces: null,
  };
}

/** `max` is no limit: runc says 0 for it. */
async function limitOf(pids: ControlFiles): Promise<Count> {
  return (await pids.text('pids.max')) === 'max' ? 0 : pids.count('pids.max');
}

async function cpuOf(cpu: ControlFiles, account: ControlFiles): Promise<Statistics['cpu']> {
  const { user = 0, system = 0 } = await account.counts('cpuacct.stat');
  const periods = await cpu.counts('cpu.stat');
  // The first line is the head: cpu user system.
  const all = (await account.lines('cpuacct.usage_all')).slice(1).map((line) => line.split(' '));
  const column = (at: number): readonly Count[] => all.map((row) => parseCount(row[at] ?? '') ?? 0);
  const perCpu = (await account.text('cpuacct.usage_percpu')).split(' ').filter(Boolean);
  return {
    usage: {
      total: await account.count('cpuacct.usage'),
      percpu: perCpu.map((text) => parseCount(text) ?? 0),
      percpu_kernel: column(2),
      percpu_user: column(1),
      kernel: Number(system) * nanosecondsPerTick,
      user: Number(user) * nanosecondsPerTick,
    },
    throttling: {
      periods: periods['nr_periods'] ?? 0,
      throttledPeriods: periods['nr_throttled'] ?? 0,
      throttledTime: periods['throttled_time'] ?? 0,
    },
  };
}

/** Names in the statistics and in the folder are the same, but for the prefix. */
const cpusetNumbers = [
  ...['cpu_exclusive', 'mem_hardwall', 'mem_exclusive', 'memory_migrate', 'memory_spread_page'],
  ...['memory_spread_slab', 'memory_pressure', 'sched_load_balance', 'sched_relax_domain_level'],
];

async function cpusetOf(cpuset: ControlFiles): Promise<Statistics['cpuset']> {
  const numbers = await Promise.all(
    cpusetNumbers.map(async (name) => [name, await cpuset.count(`cpuset.${name}`)] as const),
  );
  return {
    cpus: numbersOf(await cpuset.text('cpuset.cpus')),
    mems: numbersOf(await cpuset.text('cpuset.mems')),
    ...Object.fromEntries(numbers),
  };
}

async function memoryOf(memory: ControlFiles): Promise<Statistics['memory']> {
  const kind = async (name: string): Promise<MemoryCounts> => ({
    limit: await memory.count(`${name}.limit_in_bytes`),
    usage: await memory.count(`${name}.usage_in_bytes`),
    max: await memory.count(`${name}.max_usage_in_bytes`),
    failcnt: await memory.count(`${name}.failcnt`),
  });
  const raw = await memory.counts('memory.stat');
  return {
    cache: raw['cache'] ?? 0,
    usage: await kind('memory'),
    swap: await kind('memory.memsw'),
    kernel: await kind('memory.kmem'),
    kernelTCP: await kind('memory.kmem.tcp'),
    raw,
  };
}

/** In each, the first of the files that has anything: BFQ, CFQ (until Linux 5.0), and what is throttled. */
const blkioFiles: Readonly<Record<string, readonly string[]>> = {
  ioServiceBytesRecursive: [
    ...['blkio.bfq.io_service_bytes_recursive', 'blkio.io_service_bytes_recursive'],
    ...['blkio.throttle.io_service_bytes_recursive', 'blkio.throttle.io_service_bytes'],
  ],
  ioServicedRecursive: [
    ...['blkio.bfq.io_serviced_recursive', 'blkio.io_serviced_recursive'],
    ...['blkio.throttle.io_serviced_recursive', 'blkio.throttle.io_serviced'],
  ],
  ioQueueRecursive: ['blkio.bfq.io_queued_recursive', 'blkio.io_queued_recursive'],
  ioServiceTimeRecursive: [
    'blkio.bfq.io_service_time_recursive',
    'blkio.io_service_time_recursive',
  ],
  ioWaitTimeRecursive: ['blkio.bfq.io_wait_time_recursive', 'blkio.io_wait_time_recursive'],
  ioMergedRecursive: ['blkio.bfq.io_merged_recursive', 'blkio.io_merged_recursive'],
  ioTimeRecursive: ['blkio.bfq.time_recursive', 'blkio.time_recursive'],
  sectorsRecursive: ['blkio.bfq.sectors_recursive', 'blkio.sectors_recursive'],
};

async function blkioOf(blkio: ControlFiles): Promise<Statistics['blkio']> {
  const lists = await Promise.all(
    Object.entries(blkioFiles).map(async ([field, names]) => {
      for (const name of names) {
        const found = (await blkio.lines(name)).flatMap(blockCount);
        if (found.length > 0) return [[field, found] as const];
      }
      return [];
    }),
  );
  return Object.fromEntries(lists.flat());
}

/** A line such as `8:0 Read 4096` or `8:0 17`; that of the total has no device. */
function blockCount(line: string): readonly BlockCount[] {
  const match = /^(\d+):(\d+)(?: ([A-Za-z]+))? (\d+)$/.exec(line);
  if (match === null) return [];
  const [, major, minor, op, value = ''] = match;
  const count = { major: Number(major), minor: Number(minor), value: parseCount(value) ?? 0 };
  return [op === undefined ? count : { ...count, op }];
}

async function hugetlbOf(
  hugetlb: ControlFiles,
  sizes: readonly string[],
): Promise<Statistics['hugetlb']> {
  const entries = await Promise.all(
    sizes.map(async (size) => {
      const name = `hugetlb.${size}`;
      if ((await hugetlb.text(`${name}.limit_in_bytes`)) === '') return [];
      const usage = await hugetlb.count(`${name}.usage_in_bytes`);
      const max = await hugetlb.count(`${name}.max_usage_in_bytes`);
      return [[size, { usage, max, failcnt: await hugetlb.count(`${name}.failcnt`) }] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}
