import { posix } from 'node:path';
import { BerthError, messageOf } from '../errors/berth-error.ts';
import { rename, rm, writeFile } from '../host/files.ts';

/**
 * Writes a process id, without a newline: engines wait for the file and read it at once, so it appears whole.
 * @throws OCI_PID_FILE_UNWRITABLE
 */
export async function writePidFile(path: string, pid: number): Promise<void> {
  const temporary = posix.join(posix.dirname(path), `.${posix.basename(path)}`);
  try {
    await writeFile(temporary, String(pid), { flag: 'wx', mode: 0o644 });
    try {
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (cause) {
    throw new BerthError('OCI_PID_FILE_UNWRITABLE', {
      message: `the pid file "${path}" cannot be written: ${messageOf(cause)}`,
      remedy: 'Name a file in a folder that exists and can be written to.',
      details: { path, field: '--pid-file' },
      cause,
    });
  }
}
