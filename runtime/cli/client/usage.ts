import type { Fields } from './fields.ts';
import { fieldsAt, fieldsOf, listOf, optionalNumber, optionalText } from './fields.ts';

/** What a container uses, reckoned from `GET /containers/{id}/stats` as Docker's client does. */
export interface UsageRow {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** Of one processor: two that are busy make 200. */
  readonly cpuPercent: number;
  /** Without what the kernel would give up at once: files that were read and not looked at since. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly memoryPercent: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly processes: number;
}

function cpuPercent(fields: Fields): number {
  const [now, before] = [fieldsAt(fields, 'cpu_stats'), fieldsAt(fields, 'precpu_stats')];
  const used = (cpu: Fields): number => optionalNumber(fieldsAt(cpu, 'cpu_usage'), 'total_usage');
  const own = used(now) - used(before);
  const all = optionalNumber(now, 'system_cpu_usage') - optionalNumber(before, 'system_cpu_usage');
  const listed = listOf(fieldsAt(now, 'cpu_usage')['percpu_usage'], 'percpu_usage').length;
  const processors = optionalNumber(now, 'online_cpus') || listed;
  return own > 0 && all > 0 ? (own / all) * processors * 100 : 0;
}

function memoryBytes(memory: Fields): number {
  const usage = optionalNumber(memory, 'usage');
  const stats = fieldsAt(memory, 'stats');
  // The first is of cgroup v1, the second of v2; v1 has the second, too, of the folder alone.
  const name = stats['total_inactive_file'] === undefined ? 'inactive_file' : 'total_inactive_file';
  const idle = optionalNumber(stats, name);
  return idle < usage ? usage - idle : usage;
}

function transferred(fields: Fields, letter: string): number {
  const list = listOf(fieldsAt(fields, 'blkio_stats')['io_service_bytes_recursive'], 'blkio_stats');
  return list
    .map((item) => fieldsOf(item, 'blkio_stats'))
    .filter((item) => optionalText(item, 'op').toLowerCase().startsWith(letter))
    .reduce((sum, item) => sum + optionalNumber(item, 'value'), 0);
}

function networkBytes(fields: Fields, key: string): number {
  return Object.values(fieldsAt(fields, 'networks'))
    .map((network) => fieldsOf(network, 'networks'))
    .reduce((sum, network) => sum + optionalNumber(network, key), 0);
}

/**
 * Reads one answer.
 *
 * @throws API_RESPONSE_INVALID
 */
export function usageRow(answer: unknown): UsageRow {
  const fields = fieldsOf(answer, 'stats');
  const memory = fieldsAt(fields, 'memory_stats');
  const [used, limit] = [memoryBytes(memory), optionalNumber(memory, 'limit')];
  return {
    id: optionalText(fields, 'id'),
    name: optionalText(fields, 'name').replace(/^\//, ''),
    cpuPercent: cpuPercent(fields),
    memoryBytes: used,
    memoryLimitBytes: limit,
    memoryPercent: limit === 0 ? 0 : (used / limit) * 100,
    receivedBytes: networkBytes(fields, 'rx_bytes'),
    sentBytes: networkBytes(fields, 'tx_bytes'),
    readBytes: transferred(fields, 'r'),
    writtenBytes: transferred(fields, 'w'),
    processes: optionalNumber(fieldsAt(fields, 'pids_stats'), 'current'),
  };
}
