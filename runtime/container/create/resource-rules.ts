import { availableParallelism } from 'node:os';

import { onlineList } from '../../host/online-list.ts';
import { parseDeviceCgroupRule } from '../spec/device-cgroup-rule.ts';
import { isProcessorList, isWithin } from './processor-list.ts';
import { rule } from './rule.ts';
import type { Rule } from './rule.ts';

/** Docker's minimum: with less, a program cannot even be started. */
const minimumMemoryBytes = 6 * 1024 * 1024;

/** How Docker names a list: in the field, and where the host has not all of it. */
interface ListWords {
  readonly field: string;
  readonly requested: string;
  readonly on: Parameters<typeof onlineList>[0];
}

/** What the kernel would take for no list, or has not, is told before anything is made. */
function processorList(field: 'CpusetCpus' | 'CpusetMems', words: ListWords): Rule {
  return {
    field: `HostConfig.${field}`,
    broken: (_, { [field]: list }) => {
      if (list === '') return undefined;
      if (!isProcessorList(list)) return `Invalid value ${list} for ${words.field}`;
      const there = onlineList(words.on) ?? list;
      if (isWithin(list, there)) return undefined;
      return `Requested ${words.requested} are not available - requested ${list}, available: ${there}`;
    },
  };
}

const rules: readonly Rule[] = [
  rule(
    'HostConfig.Memory',
    'Minimum memory limit allowed is 6MB',
    (_, { Memory }) => Memory !== 0 && Memory < minimumMemoryBytes,
  ),
  rule(
    'HostConfig.MemorySwap',
    'Minimum memoryswap limit should be larger than memory limit, see usage',
    (_, { Memory, MemorySwap }) => Memory > 0 && MemorySwap > 0 && MemorySwap < Memory,
  ),
  rule(
    'HostConfig.MemorySwap',
    'You should always set the Memory limit when using Memoryswap limit, see usage',
    (_, { Memory, MemorySwap }) => Memory === 0 && MemorySwap > 0,
  ),
  rule(
    'HostConfig.MemoryReservation',
    'Minimum memory reservation allowed is 6MB',
    (_, { MemoryReservation }) => MemoryReservation !== 0 && MemoryReservation < minimumMemoryBytes,
  ),
  rule(
    'HostConfig.MemoryReservation',
    'Minimum memory limit can not be less than memory reservation limit, see usage',
    (_, { Memory, MemoryReservation }) => Memory > 0 && Memory < MemoryReservation,
  ),
  rule(
    'HostConfig.MemorySwappiness',
    'Invalid value, valid memory swappiness range is 0-100',
    (_, { MemorySwappiness }) => (MemorySwappiness ?? -1) < -1 || (MemorySwappiness ?? 0) > 100,
  ),
  rule(
    'HostConfig.NanoCpus',
    'Conflicting options: Nano CPUs and CPU Period cannot both be set',
    (_, { NanoCpus, CpuPeriod }) => NanoCpus > 0 && CpuPeriod > 0,
  ),
  rule(
    'HostConfig.NanoCpus',
    'Conflicting options: Nano CPUs and CPU Quota cannot both be set',
    (_, { NanoCpus, CpuQuota }) => NanoCpus > 0 && CpuQuota > 0,
  ),
  {
    field: 'HostConfig.NanoCpus',
    broken: (_, { NanoCpus }) => {
      const cpus = availableParallelism();
      if (NanoCpus >= 0 && NanoCpus <= cpus * 1e9) return undefined;
      return `range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`;
    },
  },
  rule(
    'HostConfig.CpuPeriod',
    'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
    (_, { CpuPeriod }) => CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000),
  ),
  rule(
    'HostConfig.CpuQuota',
    'CPU cfs quota can not be less than 1ms (i.e. 1000)',
    (_, { CpuQuota }) => CpuQuota > 0 && CpuQuota < 1000,
  ),
  rule(
    'HostConfig.CpuRealtimeRuntime',
    'cpu real-time runtime cannot be higher than cpu real-time period',
    (_, { CpuRealtimePeriod: period, CpuRealtimeRuntime: runtime }) =>
      period !== 0 && runtime > period,
  ),
  {
    field: 'HostConfig.CpuShares',
    broken: (_, { CpuShares }) =>
      CpuShares < 0
        ? `invalid CPU shares (${CpuShares}): value must be a positive integer`
        : undefined,
  },
  processorList('CpusetCpus', { field: 'cpuset cpus', requested: 'CPUs', on: 'processors' }),
  processorList('CpusetMems', {
    ...{ field: 'cpuset mems', requested: 'memory nodes', on: 'memory nodes' },
  }),
  rule(
    'HostConfig.BlkioWeight',
    'Range of blkio weight is from 10 to 1000',
    (_, { BlkioWeight }) => BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000),
  ),
  {
    field: 'HostConfig.BlkioWeightDevice',
    broken: (_, { BlkioWeightDevice }) => {
      const bad = (BlkioWeightDevice ?? []).find(({ Weight }) => Weight < 10 || Weight > 1000);
      return bad === undefined ? undefined : `invalid weight for device: ${bad.Path}:${bad.Weight}`;
    },
  },
  {
    field: 'HostConfig.DeviceCgroupRules',
    broken: (_, { DeviceCgroupRules }) => {
      const bad = (DeviceCgroupRules ?? []).find(
        (text) => parseDeviceCgroupRule(text) === undefined,
      );
      return bad === undefined ? undefined : `invalid device cgroup rule format: '${bad}'`;
    },
  },
  rule('HostConfig.CgroupParent', 'invalid cgroup parent', (_, { CgroupParent }) =>
    /[\n\0]/.test(CgroupParent),
  ),
];

/** What limits must be like, in Docker's words. */
export function resourceRules(): readonly Rule[] {
  return rules;
}
