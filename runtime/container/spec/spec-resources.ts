import type { CpuResources, MemoryResources, Resources } from '../../spec/resources.ts';
import type { HostConfig } from '../model/host-config.ts';
import type { ContainerDevices } from './spec-devices.ts';

/** One period of the CPU bandwidth controller, in microseconds, that NanoCpus is given in. */
const nanoCpuPeriod = 100_000;

function memoryResources(hostConfig: HostConfig): MemoryResources | undefined {
  const { Memory, MemoryReservation, MemorySwap, MemorySwappiness, OomKillDisable } = hostConfig;
  // Docker: without a word about swap a container may use as much of it as of memory.
  const swap = MemorySwap === 0 && Memory > 0 ? Memory * 2 : MemorySwap;
  const swappiness = MemorySwappiness === -1 ? null : MemorySwappiness;
  const memory = {
    ...(Memory > 0 ? { limit: Memory } : {}),
    ...(MemoryReservation > 0 ? { reservation: MemoryReservation } : {}),
    ...(swap === 0 ? {} : { swap }),
    ...(swappiness === null ? {} : { swappiness }),
    ...(OomKillDisable === true ? { disableOOMKiller: true } : {}),
  };
  return Object.keys(memory).length === 0 ? undefined : memory;
}

function cpuResources(hostConfig: HostConfig): CpuResources | undefined {
  const { CpuShares, NanoCpus, CpuPeriod, CpuQuota, CpusetCpus, CpusetMems } = hostConfig;
  const { CpuRealtimePeriod: realtimePeriod, CpuRealtimeRuntime: realtimeRuntime } = hostConfig;
  const nano = NanoCpus > 0;
  const period = nano ? nanoCpuPeriod : CpuPeriod;
  const quota = nano ? Math.floor((NanoCpus * nanoCpuPeriod) / 1e9) : CpuQuota;
  const cpu = {
    ...(CpuShares === 0 ? {} : { shares: CpuShares }),
    ...(period === 0 ? {} : { period }),
    ...(quota === 0 ? {} : { quota }),
    ...(realtimePeriod === 0 ? {} : { realtimePeriod }),
    ...(realtimeRuntime === 0 ? {} : { realtimeRuntime }),
    ...(CpusetCpus === '' ? {} : { cpus: CpusetCpus }),
    ...(CpusetMems === '' ? {} : { mems: CpusetMems }),
  };
  return Object.keys(cpu).length === 0 ? undefined : cpu;
}

/** The limits of a container. */
export function specResources(
  hostConfig: HostConfig,
  { rules, blockIO }: Pick<ContainerDevices, 'rules' | 'blockIO'>,
): Resources {
  const memory = memoryResources(hostConfig);
  const cpu = cpuResources(hostConfig);
  const pids = hostConfig.PidsLimit ?? 0;
  return {
    ...(memory === undefined ? {} : { memory }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(pids > 0 ? { pids: { limit: pids } } : {}),
    hugepageLimits: [],
    rdma: {},
    ...(blockIO === undefined ? {} : { blockIO }),
    devices: rules,
    unified: {},
  };
}
