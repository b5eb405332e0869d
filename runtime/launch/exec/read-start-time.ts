import { hasErrno, readFile } from '../../host/files.ts';

/**
 * When a process was started, in clock ticks since boot: field 22 of proc_pid_stat(5), in decimal. `undefined` when there
 * is none with this id. Together with the id it names a process for good.
 */
export async function readStartTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, can have blanks in it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}
