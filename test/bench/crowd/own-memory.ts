import { readFileSync } from 'node:fs';

/** What one more process costs (Pss of proc_pid_smaps(5)), in KB. */
export function memoryKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]);
}

/** The parent of a process (proc_pid_stat(5)). */
export function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
}
