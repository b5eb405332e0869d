import { describe, expect, test } from 'vitest';

import { containerStats } from '../../../runtime/api/views/container-stats.ts';
import type { UsageSample } from '../../../runtime/container/query/usage.ts';
import { parseInterfaceCounts } from '../../../runtime/host/interface-counts.ts';
import { parseSystemCpu } from '../../../runtime/host/system-cpu.ts';

const record = { id: 'a'.repeat(64), name: 'web' };

const none = { limit: 0, failcnt: 0 };

const usage = (version: 'v1' | 'v2', limit: number | bigint = 2n ** 64n - 1n): UsageSample => ({
  version,
  readMs: 1_700_000_000_000,
  system: { totalNs: 9_000_000_000, onlineCpus: 2 },
  hostMemoryBytes: 4_000_000,
  interfaces: [],
  limitFailures: 3,
  counts: {
    cpu: {
      usage: { total: 30, percpu: version === 'v1' ? [10, 20] : [], kernel: 12, user: 18 },
      throttling: { periods: 5, throttledPeriods: 4, throttledTime: 3 },
    },
    cpuset: {},
    memory: {
      cache: 1,
      usage: { limit, usage: 2_000_000, max: 3_000_000, failcnt: 7 },
      swap: none,
      kernel: none,
      kernelTCP: none,
      raw: { cache: 11, total_inactive_file: 5, inactive_file: 6, anon: 8, unknown: 9 },
    },
    pids: { current: 2, limit: 0 },
    blkio: {
      ioServiceBytesRecursive: [
        { major: 8, minor: 0, op: 'Read', value: 4096 },
        { major: 8, minor: 0, op: 'Discard', value: 1 },
      ],
      sectorsRecursive: [{ major: 8, minor: 0, value: 8 }],
    },
    hugetlb: {},
    intel_rdt: {},
    network_interfaces: null,
  },
});

const zero = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

describe('what a container uses', () => {
  test('is nothing when it does not run, in the words of Docker', () => {
    expect(containerStats({ record, usage: undefined })).toEqual({
      name: '/web',
      id: record.id,
      read: '0001-01-01T00:00:00Z',
      preread: '0001-01-01T00:00:00Z',
      pids_stats: {},
      blkio_stats: {
        io_service_bytes_recursive: null,
        io_serviced_recursive: null,
        io_queue_recursive: null,
        io_service_time_recursive: null,
        io_wait_time_recursive: null,
        io_merged_recursive: null,
        io_time_recursive: null,
        sectors_recursive: null,
      },
      num_procs: 0,
      storage_stats: {},
      cpu_stats: zero,
      precpu_stats: zero,
      memory_stats: {},
    });
  });

  test('has with cgroup v1 what that counts', () => {
    const shown = containerStats({ record, usage: usage('v1'), before: usage('v1', 1000) });
    expect(shown).toMatchObject({
      read: '2023-11-14T22:13:20.000Z',
      preread: '2023-11-14T22:13:20.000Z',
      pids_stats: { current: 2 },
      cpu_stats: {
        cpu_usage: {
          ...{ total_usage: 30, percpu_usage: [10, 20] },
          ...{ usage_in_kernelmode: 12, usage_in_usermode: 18 },
        },
        system_cpu_usage: 9_000_000_000,
        online_cpus: 2,
        throttling_data: { periods: 5, throttled_periods: 4, throttled_time: 3 },
      },
      precpu_stats: { system_cpu_usage: 9_000_000_000 },
      // No limit is what the host has.
      memory_stats: { usage: 2_000_000, max_usage: 3_000_000, failcnt: 3, limit: 4_000_000 },
      blkio_stats: {
        io_service_bytes_recursive: [
          { major: 8, minor: 0, op: 'Read', value: 4096 },
          { major: 8, minor: 0, op: 'Discard', value: 1 },
        ],
        io_serviced_recursive: [],
        sectors_recursive: [{ major: 8, minor: 0, op: '', value: 8 }],
      },
    });
    expect(shown).toHaveProperty('memory_stats.stats.total_inactive_file', 5);
    expect(shown).toHaveProperty('memory_stats.stats.rss', 0);
    expect(shown).not.toHaveProperty('memory_stats.stats.unknown');
    expect(shown).not.toHaveProperty('networks');
  });

  test('has with cgroup v2 other counts', () => {
    const shown = containerStats({ record, usage: usage('v2', 3_500_000) });
    expect(shown).toMatchObject({
      memory_stats: { usage: 2_000_000, failcnt: 3, limit: 3_500_000 },
      blkio_stats: {
        io_service_bytes_recursive: [{ major: 8, minor: 0, op: 'read', value: 4096 }],
        io_serviced_recursive: null,
        sectors_recursive: null,
      },
    });
    expect(shown).toHaveProperty('memory_stats.stats.inactive_file', 6);
    expect(shown).toHaveProperty('memory_stats.stats.anon', 8);
    expect(shown).not.toHaveProperty('memory_stats.max_usage');
    expect(shown).not.toHaveProperty('cpu_stats.cpu_usage.percpu_usage');
  });
});

test('the time of all processors is that of their first seven columns', () => {
  const text = 'cpu  1 2 3 4 5 6 7 100 100 100\ncpu0 1 1 1 1 1 1 1 0 0 0\ncpu1 0\nintr 5\n';
  expect(parseSystemCpu(text)).toEqual({ totalNs: 280_000_000, onlineCpus: 2 });
});

test('what went through the interfaces is told by interface, and left out where there is none', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0:1296       16    1    2    0     0          0         0      906      13    3    4    0     0       0          0
`;
  const interfaces = parseInterfaceCounts(text).filter(({ name }) => name !== 'lo');
  const sample = { ...usage('v2', 1), interfaces };
  expect(containerStats({ record, usage: sample })['networks']).toEqual({
    eth0: {
      ...{ rx_bytes: 1296, rx_packets: 16, rx_errors: 1, rx_dropped: 2 },
      ...{ tx_bytes: 906, tx_packets: 13, tx_errors: 3, tx_dropped: 4 },
    },
  });
  expect(containerStats({ record, usage: usage('v2', 1) })).not.toHaveProperty('networks');
});
