import { Option } from 'commander';
import { collect } from '../collect.ts';
import { byteRates, devices, gpuRequest, operationRates, weightDevices } from './device-options.ts';
import { nameValues } from './name-values.ts';
import { parseBytes, parseInteger } from './sizes.ts';
import { parseTmpfs } from './tmpfs.ts';

/** An option of `berth create` and `run` that is one field of `HostConfig`. */
interface HostOption {
  readonly option: Option;
  readonly field: string;
  readonly read: (value: unknown) => unknown;
}

type Read<Value> = (option: string, value: Value) => unknown;

const asItIs = (_: string, value: unknown): unknown => value;
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [String(value)];

/** An option with one value. */
function one(
  flags: string,
  description: string,
  field: string,
  read: Read<string> = asItIs,
): HostOption {
  const option = new Option(flags, description);
  return { option, field, read: (value) => read(option.long ?? '', String(value)) };
}

/** An option that may be there several times. */
function several(
  flags: string,
  description: string,
  field: string,
  read: Read<readonly string[]> = asItIs,
): HostOption {
  const option = new Option(flags, description).argParser(collect);
  return { option, field, read: (value) => read(option.long ?? '', texts(value)) };
}

/** A switch. */
const on = (flags: string, description: string, field: string): HostOption => ({
  option: new Option(flags, description),
  field,
  read: () => true,
});

const bytesOrUnlimited: Read<string> = (option, value) =>
  value === '-1' ? -1 : parseBytes(option, value);

/** A limit of processors and memory. */
const limits: readonly HostOption[] = [
  one(
    '-c, --cpu-shares <number>',
    'share of the processors; 1024 is usual',
    'CpuShares',
    parseInteger,
  ),
  one('--cpu-period <microseconds>', 'period that --cpu-quota is about', 'CpuPeriod', parseInteger),
  one('--cpu-quota <microseconds>', 'processor time in each period', 'CpuQuota', parseInteger),
  one(
    '--cpu-rt-period <microseconds>',
    'period that --cpu-rt-runtime is about',
    'CpuRealtimePeriod',
    parseInteger,
  ),
  one(
    '--cpu-rt-runtime <microseconds>',
    'time of real-time threads in each period',
    'CpuRealtimeRuntime',
    parseInteger,
  ),
  one('--cpuset-cpus <list>', 'processors to run on, such as 0-2,5', 'CpusetCpus'),
  one('--cpuset-mems <list>', 'memory nodes to use, such as 0', 'CpusetMems'),
  one(
    '--memory-reservation <bytes>',
    'memory that is left to it when there is little',
    'MemoryReservation',
    parseBytes,
  ),
  one(
    '--memory-swap <bytes>',
    'limit of memory and swap together (-1: no limit)',
    'MemorySwap',
    bytesOrUnlimited,
  ),
  one(
    '--memory-swappiness <number>',
    'how readily its memory is swapped out, from 0 to 100',
    'MemorySwappiness',
    parseInteger,
  ),
  one(
    '--kernel-memory <bytes>',
    'limit of kernel memory, which Linux has given up',
    'KernelMemory',
    parseBytes,
  ),
  on('--oom-kill-disable', 'do not kill it when its memory is used up', 'OomKillDisable'),
  one(
    '--oom-score-adj <number>',
    'whom the kernel kills first, from -1000 to 1000',
    'OomScoreAdj',
    parseInteger,
  ),
  one('--shm-size <bytes>', 'size of /dev/shm, such as 128m', 'ShmSize', parseBytes),
  one('--cgroup-parent <path>', 'control group above that of the container', 'CgroupParent'),
];

/** Disks and other devices. */
const deviceOptions: readonly HostOption[] = [
  one(
    '--blkio-weight <number>',
    'share of the disks, from 10 to 1000',
    'BlkioWeight',
    parseInteger,
  ),
  several(
    '--blkio-weight-device <path:weight>',
    'share of one disk',
    'BlkioWeightDevice',
    weightDevices,
  ),
  several('--device <path[:path][:permissions]>', 'device of the host', 'Devices', devices),
  several(
    '--device-cgroup-rule <rule>',
    'devices that may be used, such as "c 10:200 rwm"',
    'DeviceCgroupRules',
  ),
  several(
    '--device-read-bps <path:bytes>',
    'most bytes a second from a disk',
    'BlkioDeviceReadBps',
    byteRates,
  ),
  several(
    '--device-read-iops <path:number>',
    'most reads a second from a disk',
    'BlkioDeviceReadIOps',
    operationRates,
  ),
  several(
    '--device-write-bps <path:bytes>',
    'most bytes a second to a disk',
    'BlkioDeviceWriteBps',
    byteRates,
  ),
  several(
    '--device-write-iops <path:number>',
    'most writes a second to a disk',
    'BlkioDeviceWriteIOps',
    operationRates,
  ),
  one('--gpus <all|number|fields>', 'graphics processors', 'DeviceRequests', gpuRequest),
];

/** What it shares with others, and who it is. */
const surroundings: readonly HostOption[] = [
  one('--cgroupns <host|private>', 'namespace of control groups', 'CgroupnsMode'),
  one('--ipc <mode>', 'namespace of shared memory: private, shareable, none, host', 'IpcMode'),
  one('--pid <mode>', 'namespace of processes: host, or its own', 'PidMode'),
  one('--userns <mode>', 'namespace of users: host, or that of the daemon', 'UsernsMode'),
  one('--uts <mode>', 'namespace of the host name: host, or its own', 'UTSMode'),
  several('--group-add <group>', 'one more group, by name or number', 'GroupAdd'),
  several(
    '--sysctl <name=value>',
    'parameter of the kernel for its namespaces',
    'Sysctls',
    nameValues,
  ),
  several('--annotation <name=value>', 'annotation for the runtime', 'Annotations', nameValues),
  one('--runtime <name>', 'runtime, of which berth has its own only', 'Runtime'),
  one('--isolation <technology>', 'for Windows containers only', 'Isolation'),
  one('--cpu-count <number>', 'for Windows containers only', 'CpuCount', parseInteger),
  one('--cpu-percent <number>', 'for Windows containers only', 'CpuPercent', parseInteger),
  one('--io-maxbandwidth <bytes>', 'for Windows containers only', 'IOMaximumBandwidth', parseBytes),
  one('--io-maxiops <number>', 'for Windows containers only', 'IOMaximumIOps', parseInteger),
];

/** Files. */
const storage: readonly HostOption[] = [
  several(
    '--tmpfs <path[:options]>',
    'file system in memory, such as /run:size=64m',
    'Tmpfs',
    parseTmpfs,
  ),
  one('--volume-driver <driver>', 'driver of its volumes', 'VolumeDriver'),
  several('--storage-opt <name=value>', 'option of the storage driver', 'StorageOpt', nameValues),
];

/** Names and addresses of the network. */
const network: readonly HostOption[] = [
  several('--add-host <name:address>', 'line of /etc/hosts', 'ExtraHosts', (_, values) =>
    values.map((value) => value.replace(/^([^:=]+)=/, '$1:')),
  ),
  several('--dns <address>', 'server of names', 'Dns'),
  several('--dns-option <option>', 'option of the resolver', 'DnsOptions'),
  several('--dns-search <domain>', 'domain in which names are looked for', 'DnsSearch'),
  several('--link <container[:alias]>', 'name of another container', 'Links'),
  on('-P, --publish-all', 'publish all exposed ports, the daemon chooses where', 'PublishAllPorts'),
];

const table: readonly HostOption[] = [
  ...limits,
  ...deviceOptions,
  ...surroundings,
  ...storage,
  ...network,
];

/** The options of this table. */
export const hostOptions: readonly Option[] = table.map(({ option }) => option);

/**
 * The fields of `HostConfig` that were asked for.
 *
 * @param given what commander has read, by the options' names
 * @throws OPTION_INVALID
 */
export function hostFields(
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown> = {};
  for (const { option, field, read } of table) {
    const value = given[option.attributeName()];
    if (value !== undefined) fields[field] = read(value);
  }
  return fields;
}
