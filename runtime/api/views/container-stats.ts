import type { UsageSample } from '../../container/query/usage.ts';
import { blockIoStats } from './block-io-stats.ts';
import { goTime } from './go-time.ts';
import { memoryStats } from './memory-stats.ts';

/** What is told of a container at once. */
export interface StatsSource {
  readonly record: { readonly id: string; readonly name: string };
  /** Absent: it does not run, and all counts are 0. */
  readonly usage: UsageSample | undefined;
  /** What was told before, which clients reckon percentages with. */
  readonly before?: UsageSample | undefined;
}

/** What a container uses, as `GET /containers/{id}/stats` has it (Docker Engine API 1.51, `ContainerStatsResponse`). */
export function containerStats({
  record,
  usage,
  before,
}: StatsSource): Readonly<Record<string, unknown>> {
  return {
    name: `/${record.name}`,
    id: record.id,
    read: goTime(usage?.readMs ?? 0),
    preread: goTime(before?.readMs ?? 0),
    pids_stats: pidsStats(usage),
    blkio_stats: blockIoStats(usage),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuStats(usage),
    precpu_stats: cpuStats(before),
    memory_stats: memoryStats(usage),
    ...networkStats(usage),
  };
}

/** By interface; left out when there is none, as Docker does. */
function networkStats(usage: UsageSample | undefined): Readonly<Record<string, unknown>> {
  if (usage === undefined || usage.interfaces.length === 0) return {};
  const told = usage.interfaces.map(({ name, received, sent }) => [
    name,
    {
      ...{ rx_bytes: received.bytes, rx_packets: received.packets },
      ...{ rx_errors: received.errors, rx_dropped: received.dropped },
      ...{ tx_bytes: sent.bytes, tx_packets: sent.packets },
      ...{ tx_errors: sent.errors, tx_dropped: sent.dropped },
    },
  ]);
  return { networks: Object.fromEntries(told) as unknown };
}

function pidsStats(usage: UsageSample | undefined): Readonly<Record<string, number>> {
  const { current = 0, limit = 0 } = usage?.counts.pids ?? {};
  const told = Object.entries({ current: Number(current), limit: Number(limit) });
  return Object.fromEntries(told.filter(([, value]) => value !== 0));
}

function cpuStats(usage: UsageSample | undefined): Readonly<Record<string, unknown>> {
  const { usage: time, throttling } = usage?.counts.cpu ?? {};
  const perCpu = time?.percpu ?? [];
  return {
    cpu_usage: {
      total_usage: Number(time?.total ?? 0),
      ...(perCpu.length === 0 ? {} : { percpu_usage: perCpu.map(Number) }),
      usage_in_kernelmode: Number(time?.kernel ?? 0),
      usage_in_usermode: Number(time?.user ?? 0),
    },
    ...(usage === undefined
      ? {}
      : { system_cpu_usage: usage.system.totalNs, online_cpus: usage.system.onlineCpus }),
    throttling_data: {
      periods: Number(throttling?.periods ?? 0),
      throttled_periods: Number(throttling?.throttledPeriods ?? 0),
      throttled_time: Number(throttling?.throttledTime ?? 0),
    },
  };
}
