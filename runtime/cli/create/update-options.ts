import { Option } from 'commander';
import { optionError } from './option-error.ts';
import { parseBytes, parseCpus, parseInteger } from './sizes.ts';

/** Options of `berth update`. */
export interface UpdateOptions {
  readonly blkioWeight?: string;
  readonly cpuPeriod?: string;
  readonly cpuQuota?: string;
  readonly cpuRtPeriod?: string;
  readonly cpuRtRuntime?: string;
  readonly cpuShares?: string;
  readonly cpus?: string;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  readonly memory?: string;
  readonly memoryReservation?: string;
  readonly memorySwap?: string;
  readonly pidsLimit?: string;
  readonly restart?: string;
}

/** Declares {@link UpdateOptions}. */
export const updateOptions: readonly Option[] = [
  new Option('--blkio-weight <number>', 'share of the disks, from 10 to 1000'),
  new Option('--cpu-period <microseconds>', 'period that --cpu-quota is about'),
  new Option('--cpu-quota <microseconds>', 'processor time in each period'),
  new Option('--cpu-rt-period <microseconds>', 'period that --cpu-rt-runtime is about'),
  new Option('--cpu-rt-runtime <microseconds>', 'time of real-time threads in each period'),
  new Option('-c, --cpu-shares <number>', 'share of the processors; 1024 is usual'),
  new Option('--cpus <number>', 'processors, such as 1.5'),
  new Option('--cpuset-cpus <list>', 'processors to run on, such as 0-2,5'),
  new Option('--cpuset-mems <list>', 'memory nodes to use, such as 0'),
  new Option('-m, --memory <bytes>', 'memory limit, such as 512m'),
  new Option('--memory-reservation <bytes>', 'memory that is left to it when there is little'),
  new Option('--memory-swap <bytes>', 'limit of memory and swap together (-1: no limit)'),
  new Option('--pids-limit <number>', 'limit of processes (-1: no limit)'),
  new Option('--restart <policy>', 'no, always, unless-stopped or on-failure[:times]'),
];

/**
 * The body of `POST /containers/{id}/update`.
 *
 * @throws OPTION_INVALID
 */
export function updateBody(options: UpdateOptions): Readonly<Record<string, unknown>> {
  const integer = (option: string, value: string | undefined): number | undefined =>
    value === undefined ? undefined : parseInteger(option, value);
  const bytes = (option: string, value: string | undefined): number | undefined =>
    value === undefined ? undefined : parseBytes(option, value);
  const { cpus, memorySwap, restart } = options;
  const body = {
    BlkioWeight: integer('--blkio-weight', options.blkioWeight),
    CpuPeriod: integer('--cpu-period', options.cpuPeriod),
    CpuQuota: integer('--cpu-quota', options.cpuQuota),
    CpuRealtimePeriod: integer('--cpu-rt-period', options.cpuRtPeriod),
    CpuRealtimeRuntime: integer('--cpu-rt-runtime', options.cpuRtRuntime),
    CpuShares: integer('--cpu-shares', options.cpuShares),
    NanoCpus: cpus === undefined ? undefined : parseCpus(cpus),
    CpusetCpus: options.cpusetCpus,
    CpusetMems: options.cpusetMems,
    Memory: bytes('--memory', options.memory),
    MemoryReservation: bytes('--memory-reservation', options.memoryReservation),
    MemorySwap: memorySwap === '-1' ? -1 : bytes('--memory-swap', memorySwap),
    PidsLimit: integer('--pids-limit', options.pidsLimit),
    RestartPolicy: restart === undefined ? undefined : restartPolicy(restart),
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** A policy such as `on-failure:3`, in the API's words. */
function restartPolicy(text: string): Readonly<Record<string, unknown>> {
  const match = /^(no|always|unless-stopped|on-failure)(?::(\d{1,9}))?$/.exec(text);
  const [, name, times] = match ?? [];
  if (name === undefined || (times !== undefined && name !== 'on-failure')) {
    throw optionError('--restart', text, {
      wanted: 'no, always, unless-stopped or on-failure[:times]',
      example: 'on-failure:3',
    });
  }
  return { Name: name, ...(times === undefined ? {} : { MaximumRetryCount: Number(times) }) };
}
