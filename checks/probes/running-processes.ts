import type { HostFiles } from '../context.ts';

/** Process ids whose command name (proc_pid_comm(5)) is `name`, ascending. */
export async function findProcesses(files: HostFiles, name: string): Promise<readonly number[]> {
  const ids = (await files.list('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const matching = await Promise.all(
    ids.map(async (pid) => (await files.readText(`/proc/${pid}/comm`))?.trim() === name),
  );
  return ids.filter((_, index) => matching[index] === true).sort((one, other) => one - other);
}
