import { describe, expect, test } from 'vitest';

import { usageRow } from '../../../../runtime/cli/client/usage.ts';
import { usageColumns, usageJson } from '../../../../runtime/cli/render/container-usage-table.ts';

const answer = {
  id: 'a'.repeat(64),
  name: '/web',
  pids_stats: { current: 3 },
  blkio_stats: {
    io_service_bytes_recursive: [
      { major: 8, minor: 0, op: 'Read', value: 1000 },
      { major: 8, minor: 0, op: 'write', value: 2000 },
      { major: 8, minor: 0, op: 'Sync', value: 4000 },
      { major: 8, minor: 16, op: 'read', value: 500 },
    ],
  },
  cpu_stats: { cpu_usage: { total_usage: 600 }, system_cpu_usage: 2000, online_cpus: 2 },
  precpu_stats: { cpu_usage: { total_usage: 100 }, system_cpu_usage: 1000 },
  memory_stats: {
    usage: 3 * 1024 * 1024,
    limit: 60 * 1024 * 1024,
    stats: { total_inactive_file: 1024 * 1024, inactive_file: 5 },
  },
  networks: { eth0: { rx_bytes: 10, tx_bytes: 20 }, eth1: { rx_bytes: 1, tx_bytes: 2 } },
};

describe('what a container uses', () => {
  test('is reckoned as by the client of Docker', () => {
    const row = usageRow(answer);
    expect(usageJson(row)).toEqual({
      BlockIO: '1.5kB / 2kB',
      CPUPerc: '100.00%',
      Container: 'a'.repeat(12),
      ID: 'a'.repeat(12),
      MemPerc: '3.33%',
      MemUsage: '2MiB / 60MiB',
      Name: 'web',
      NetIO: '11B / 22B',
      PIDs: '3',
    });
    expect(usageColumns('whole')[0]?.cell(row)).toBe(row.id);
  });

  test('is without the inactive files of cgroup v2, and of those of more than all nothing', () => {
    const memory = (stats: object): number =>
      usageRow({ memory_stats: { usage: 100, stats } }).memoryBytes;
    expect(memory({ inactive_file: 30 })).toBe(70);
    expect(memory({ inactive_file: 300 })).toBe(100);
    expect(memory({})).toBe(100);
  });

  test('is nothing when it does not run', () => {
    const row = usageRow({ id: 'b', name: '/idle', blkio_stats: null, precpu_stats: {} });
    expect(usageJson(row)).toMatchObject({
      ...{ CPUPerc: '0.00%', MemPerc: '0.00%', MemUsage: '0B / 0B', PIDs: '0' },
    });
  });
});
