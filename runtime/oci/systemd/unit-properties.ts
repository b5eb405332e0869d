import { weightOfShares } from '../../cgroup/controllers/cpu.ts';
import { ioWeightOf } from '../../cgroup/controllers/io.ts';
import type { CpuResources, MemoryResources, Resources } from '../../spec/resources.ts';
import { cpuMask } from './cpu-mask.ts';
import { dbus, type DBusValue } from '../../host/dbus/dbus-value.ts';
import type { DeviceNames } from './device-names.ts';
import { deviceProperties } from './device-properties.ts';
import type { UnitProperty } from './systemd-manager.ts';
import { unifiedProperties } from './unified-properties.ts';

/** What the properties of a limit depend on besides the limit. */
export interface PropertyHost {
  readonly cgroups: 'v1' | 'v2';
  /** Of systemd, such as 252: it refuses all when it does not know one. */
  readonly version: number;
  /** Names of devices by their major number (/proc/devices), for rules of cgroup v1. */
  readonly deviceNames: DeviceNames;
}

/** Versions of systemd that brought a property: its NEWS. */
const since = { cpuQuotaPeriod: 242, cpuset: 244, idle: 252 } as const;

const infinity = 0xffff_ffff_ffff_ffffn;

/** Microseconds. */
const usualPeriod = 100_000;
const second = 1_000_000;
/** systemd writes a quota in steps of 1 % of a second. */
const quotaStep = 10_000;

/**
 * The limits of a container as properties of its unit: systemd.resource-control(5) of systemd 252, and which of them as runc
 * has it (https://github.com/opencontainers/cgroups/blob/v0.1.0/systemd/v1.go and v2.go). berth writes all limits into the
 * cgroup itself; systemd has to know of them because it writes its own again whenever units are reloaded.
 */
export function limitProperties(resources: Resources, host: PropertyHost): readonly UnitProperty[] {
  const { memory, cpu, pids, blockIO } = resources;
  const isV2 = host.cgroups === 'v2';
  const weight = blockIO?.weight ?? 0;
  return [
    ...(isV2 ? memoryV2(memory) : bytes('MemoryLimit', memory?.limit)),
    ...(isV2 ? cpuWeight(cpu, host) : number('CPUShares', set(cpu?.shares))),
    ...cpuQuota(cpu, host),
    ...cpuset(cpu, host),
    // Without a word systemd has a limit of its own (DefaultTasksMax).
    uint64('TasksMax', pids !== undefined && pids.limit > 0 ? BigInt(pids.limit) : infinity),
    ...(isV2
      ? number('IOWeight', weight === 0 ? undefined : ioWeightOf(weight))
      : number('BlockIOWeight', set(weight))),
    // The programs of v2 stand beside systemd's, while v1 has one list for both.
    ...(isV2 ? [] : deviceProperties(resources.devices, host.deviceNames)),
    ...(isV2 ? unifiedProperties(resources.unified, host.version) : []),
  ];
}

/** 0 is "not set": Docker writes it so. */
const set = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

const uint64 = (name: string, value: bigint): UnitProperty => ({
  name,
  value: dbus.uint64(value),
});

function number(name: string, value: number | undefined): readonly UnitProperty[] {
  return value === undefined ? [] : [uint64(name, BigInt(value))];
}

/** A limit in bytes; -1 is none. */
function bytes(name: string, value: number | undefined): readonly UnitProperty[] {
  const limit = set(value);
  if (limit === undefined) return [];
  return [uint64(name, limit < 0 ? infinity : BigInt(limit))];
}

/** v2 counts swap by itself, the specification together with memory. */
function memoryV2(memory: MemoryResources = {}): readonly UnitProperty[] {
  const { limit, swap, reservation } = memory;
  const both = set(swap) ?? (limit === -1 ? -1 : undefined);
  const isAlone = both === undefined || both < 0 || limit === undefined || limit < 0;
  const swapOnly = isAlone ? both : both - limit;
  return [
    ...bytes('MemoryMax', limit),
    ...bytes('MemoryLow', reservation),
    // 0 is none at all here.
    ...(swapOnly === 0 ? [uint64('MemorySwapMax', 0n)] : bytes('MemorySwapMax', swapOnly)),
  ];
}

function cpuWeight(cpu: CpuResources | undefined, host: PropertyHost): readonly UnitProperty[] {
  // 0 is what systemd calls idle.
  if (cpu?.idle === 1 && host.version >= since.idle) return [uint64('CPUWeight', 0n)];
  const shares = set(cpu?.shares);
  return number('CPUWeight', shares === undefined ? undefined : weightOfShares(shares));
}

function cpuQuota(
  { quota = 0, period = 0 }: CpuResources = {},
  { version }: PropertyHost,
): readonly UnitProperty[] {
  if (quota === 0 && period === 0) return [];
  const own =
    period === 0 || version < since.cpuQuotaPeriod ? [] : number('CPUQuotaPeriodUSec', period);
  return [...own, uint64('CPUQuotaPerSecUSec', quotaPerSecond(quota, period))];
}

/** In microseconds of each second, rounded up to what systemd keeps. */
export function quotaPerSecond(quota: number, period: number): bigint {
  if (quota <= 0) return infinity;
  const exact = Math.floor((quota * second) / (period === 0 ? usualPeriod : period));
  return BigInt(Math.ceil(exact / quotaStep) * quotaStep);
}

function cpuset(cpu: CpuResources | undefined, host: PropertyHost): readonly UnitProperty[] {
  if (host.version < since.cpuset) return [];
  const lists = [
    ['AllowedCPUs', cpu?.cpus ?? ''],
    ['AllowedMemoryNodes', cpu?.mems ?? ''],
  ] as const;
  return lists.flatMap(([name, list]): UnitProperty[] => {
    const value: DBusValue | undefined = list === '' ? undefined : cpuMask(list);
    return value === undefined ? [] : [{ name, value }];
  });
}
