import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder of the benchmarks' cache, made when missing. It may be removed at any time: it is made again.
 * `BERTH_BENCH_CACHE` says where; `~/.cache/berth-bench` otherwise.
 */
export function benchFolder(name: string): string {
  const cache = process.env['BERTH_BENCH_CACHE'] ?? join(homedir(), '.cache', 'berth-bench');
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
