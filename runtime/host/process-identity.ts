import { readTextIfExists } from './files.ts';

/** A process, told apart from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of proc_pid_stat(5): clock ticks from boot to the start of the process. */
  readonly startTime: string;
}

/** State and start time of a process; `undefined` when there is none. A zombie counts as ended. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  let text: string | undefined;
  try {
    text = await readTextIfExists(`/proc/${pid}/stat`);
  } catch {
    // The process ended between open and read (ESRCH).
    return undefined;
  }
  // The name in field 2 may hold blanks and parentheses, so fields count from the last ")".
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields?.[0], fields?.[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

/** Whether exactly this process, and not another with its pid, is still there. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return (await identify(process.pid))?.startTime === process.startTime;
}

/** Of the process that calls this. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const own = await identify(process.pid);
  if (own === undefined) throw new Error(`/proc/${process.pid}/stat cannot be read`);
  return own;
}
