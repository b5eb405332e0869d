import { readFileSync, readdirSync } from 'node:fs';

/** USER_HZ is 100 on every architecture that berth runs on. */
const msPerTick = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly cpuMs: number;
}

/**
 * Processor time of a process and of all that are below it now, in ms, with that of their children which have ended and
 * were waited for (proc_pid_stat(5), fields 14 to 17).
 */
export function cpuOfTree(root: number): number {
  const all = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), timesOf(name)] as const),
  );
  const isBelow = (pid: number): boolean =>
    pid === root || (pid > 1 && isBelow(all.get(pid)?.parent ?? 0));
  return [...all].reduce((sum, [pid, times]) => sum + (isBelow(pid) ? (times?.cpuMs ?? 0) : 0), 0);
}

/** `undefined` when the process has ended meanwhile. */
function timesOf(pid: string): ProcessTimes | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may have spaces and brackets, comes the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
    return { parent: Number(fields[1]), cpuMs: ticks * msPerTick };
  } catch {
    return undefined;
  }
}
