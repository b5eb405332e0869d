import { dirname } from 'node:path';
import { BerthError } from '../errors/berth-error.ts';
import { exists, readTextIfExists, removeFile, writeFile } from '../host/files.ts';
import { makeFolders } from '../host/make-folders.ts';

/**
 * Writes this process's number into a file (`pidfile`). Gives what removes it again.
 * @throws PIDFILE_IN_USE for the number of a process that is alive, as Docker refuses it
 */
export async function writePidfile(path: string): Promise<() => Promise<void>> {
  const pid = (await readTextIfExists(path))?.trim() ?? '';
  const isOther = /^\d+$/.test(pid) && Number(pid) !== process.pid;
  if (isOther && (await exists(`/proc/${pid}`))) {
    throw new BerthError('PIDFILE_IN_USE', {
      message: `"${path}" names process ${pid}, which is alive; wanted no other daemon.`,
      remedy: `Stop process ${pid}, or choose another "pidfile".`,
      details: { path, pid: Number(pid) },
    });
  }
  await makeFolders(dirname(path), 0o755);
  await writeFile(path, String(process.pid), { mode: 0o644 });
  return () => removeFile(path);
}
