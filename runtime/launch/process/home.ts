import type { Process } from '../../spec/process.ts';

/** Reads a file of the container; `undefined` when it has none of that path. */
export type ReadText = (path: string) => Promise<string | undefined>;

/**
 * Adds HOME to an environment without one, or with an empty one: the folder of the user in the container's own
 * /etc/passwd (passwd(5)), or "/" for a user who is not in there. runc and crun do the same.
 */
export async function withHome(process: Process, read: ReadText): Promise<Process> {
  const others = process.env.filter((entry) => entry !== 'HOME=');
  if (others.some((entry) => entry.startsWith('HOME='))) return process;
  const passwd = (await read('/etc/passwd')) ?? '';
  const own = passwd
    .split('\n')
    // A line that execve(2) would cut off is none.
    .filter((line) => !line.includes('\0'))
    .map((line) => line.split(':'))
    .find(([, , uid]) => uid === String(process.user.uid));
  return { ...process, env: [...others, `HOME=${own?.[5] || '/'}`] };
}
