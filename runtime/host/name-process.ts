import { statfsSync, writeFileSync } from 'node:fs';

/** PROC_SUPER_MAGIC of include/uapi/linux/magic.h. */
const procfs = 0x9fa0;

/**
 * Gives this process the name that ps(1) and pgrep(1) show without options (proc_pid_comm(5); 15 bytes at most). Unlike
 * `process.title` it leaves the command line as it is.
 */
export function nameProcess(name: string): void {
  const file = '/proc/self/comm';
  try {
    // What is written to /proc is written to procfs, or not at all.
    if (statfsSync(file).type === procfs) writeFileSync(file, name);
  } catch {
    // Without /proc there is nothing to show it either.
  }
}
