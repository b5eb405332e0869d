import { listFolder, readTextIfExists } from '../../host/files.ts';
import type { Metric } from './exposition.ts';

const startedAtSeconds = Date.now() / 1000 - process.uptime();

/** What Prometheus' clients tell of a process on Linux (proc(5)). */
export async function processMetrics(): Promise<readonly Metric[]> {
  const [descriptors, limits = ''] = await Promise.all([
    listFolder('/proc/self/fd').catch(() => []),
    readTextIfExists('/proc/self/limits'),
  ]);
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  const most = /^Max open files +(\d+)/m.exec(limits)?.[1];
  const gauge = (name: string, help: string, value: number): Metric => ({
    ...{ name, help, type: 'gauge' },
    samples: [{ value }],
  });
  return [
    {
      ...{ name: 'process_cpu_seconds_total', type: 'counter' },
      help: 'Total user and system CPU time spent in seconds.',
      samples: [{ value: (user + system) / 1e6 }],
    },
    gauge('process_open_fds', 'Number of open file descriptors.', descriptors.length),
    gauge('process_max_fds', 'Maximum number of open file descriptors.', Number(most ?? Infinity)),
    gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', memory.rss),
    gauge('process_heap_bytes', 'Process heap size in bytes.', memory.heapTotal),
    gauge(
      'process_start_time_seconds',
      'Start time of the process since the Unix epoch in seconds.',
      startedAtSeconds,
    ),
  ];
}
