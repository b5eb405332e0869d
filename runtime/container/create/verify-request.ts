import { availableParallelism } from 'node:os';

import { BerthError } from '../../errors/berth-error.ts';
import { isIP } from '../../host/ip-address.ts';
import type { ContainerConfig } from '../model/container-config.ts';
import type { HostConfig } from '../model/host-config.ts';
import { parseSignal } from '../model/signals.ts';
import { parseExtraHost } from '../spec/network-files.ts';

/** Docker's minimum: with less, a program cannot even be started. */
const minimumMemoryBytes = 6 * 1024 * 1024;

/** A rule about one field; `broken` gives Docker's words when it is. */
interface Rule {
  readonly field: string;
  readonly broken: (config: ContainerConfig, hostConfig: HostConfig) => string | undefined;
}

/** A rule that is broken when `test` is true. */
function rule(
  field: string,
  message: string,
  test: (config: ContainerConfig, hostConfig: HostConfig) => boolean,
): Rule {
  return {
    field,
    broken: (config, hostConfig) => (test(config, hostConfig) ? message : undefined),
  };
}

const rules: readonly Rule[] = [
  {
    field: 'WorkingDir',
    broken: ({ WorkingDir }) =>
      WorkingDir === '' || WorkingDir.startsWith('/')
        ? undefined
        : `the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`,
  },
  {
    field: 'Env',
    broken: ({ Env }) => {
      const bad = (Env ?? []).find((item) => item === '' || item.startsWith('='));
      return bad === undefined ? undefined : `invalid environment variable: ${bad}`;
    },
  },
  {
    field: 'Hostname',
    broken: ({ Hostname }) =>
      /^[^\s/\0]{0,64}$/.test(Hostname) ? undefined : `invalid hostname: ${Hostname}`,
  },
  rule(
    'HostConfig.AutoRemove',
    "can't create 'AutoRemove' container with restart policy",
    (_, { AutoRemove, RestartPolicy }) => AutoRemove && !['', 'no'].includes(RestartPolicy.Name),
  ),
  rule('HostConfig.ShmSize', 'SHM size can not be less than 0', (_, { ShmSize }) => ShmSize < 0),
  rule(
    'HostConfig.OomScoreAdj',
    'Invalid value for oom score adj, range is [-1000, 1000]',
    (_, { OomScoreAdj }) => Math.abs(OomScoreAdj) > 1000,
  ),
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
  {
    field: 'HostConfig.Dns',
    broken: (_, { Dns }) => {
      const bad = (Dns ?? []).find((address) => isIP(address) === 0);
      return bad === undefined ? undefined : `invalid DNS server address: ${bad}`;
    },
  },
  {
    field: 'HostConfig.DnsSearch',
    broken: (_, { DnsSearch, DnsOptions }) => {
      const bad = [...(DnsSearch ?? []), ...(DnsOptions ?? [])].find((word) => /\s/.test(word));
      return bad === undefined ? undefined : `invalid DNS search domain or option: "${bad}"`;
    },
  },
  {
    field: 'HostConfig.ExtraHosts',
    broken: (_, { ExtraHosts }) => {
      const bad = (ExtraHosts ?? []).find((item) => parseExtraHost(item) === undefined);
      return bad === undefined ? undefined : `bad format for add-host: "${bad}"`;
    },
  },
  {
    field: 'HostConfig.MaskedPaths',
    broken: (_, { MaskedPaths, ReadonlyPaths }) => {
      const bad = [...(MaskedPaths ?? []), ...(ReadonlyPaths ?? [])].find(
        (path) => !path.startsWith('/'),
      );
      return bad === undefined
        ? undefined
        : `masked and read-only paths must be absolute: "${bad}"`;
    },
  },
];

/**
 * Checks what a client asks for.
 *
 * @throws CONTAINER_CONFIG_INVALID, SIGNAL_INVALID
 */
export function verifyRequest(config: ContainerConfig, hostConfig: HostConfig): void {
  for (const { field, broken } of rules) {
    const message = broken(config, hostConfig);
    if (message === undefined) continue;
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message,
      remedy: `Correct "${field}".`,
      details: { field },
    });
  }
  if (config.StopSignal !== '') parseSignal(config.StopSignal);
}
