import { writeFileSync } from 'node:fs';

/**
 * Gives this process the name that ps(1) and pgrep(1) show without options (proc_pid_comm(5); 15 bytes at most). Unlike
 * `process.title` it leaves the command line as it is.
 */
export function nameProcess(name: string): void {
  try {
    writeFileSync('/proc/self/comm', name);
  } catch {
    // Without /proc there is nothing to show it either.
  }
}
