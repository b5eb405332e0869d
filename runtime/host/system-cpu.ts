import { readFile } from './files.ts';

/** What all processors of the host have done since it started. */
export interface SystemCpu {
  /** Nanoseconds, all processors together, idle time too; 0 where /proc does not say. */
  readonly totalNs: number;
  readonly onlineCpus: number;
}

/** USER_HZ is 100 on every architecture that berth runs on. */
const nanosecondsPerTick = 10_000_000;

/** user, nice, system, idle, iowait, irq and softirq; what comes after is counted in them, or is no time of this host. */
const countedColumns = 7;

/** Reads it from proc_stat(5). */
export async function readSystemCpu(): Promise<SystemCpu> {
  return parseSystemCpu(await readFile('/proc/stat', 'utf8'));
}

/** Reads the text of /proc/stat. */
export function parseSystemCpu(text: string): SystemCpu {
  const lines = text.split('\n').filter((line) => line.startsWith('cpu'));
  const [, ...columns] = lines.find((line) => line.startsWith('cpu '))?.split(/\s+/) ?? [];
  const ticks = columns.slice(0, countedColumns).map(Number);
  const total = ticks.reduce((sum, value) => sum + value, 0);
  return { totalNs: total * nanosecondsPerTick, onlineCpus: lines.length - 1 };
}
