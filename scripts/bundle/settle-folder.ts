import { join } from 'node:path';
import { chmod, open, readdir, syncFolder } from '../../runtime/host/files.ts';

/**
 * Makes a folder that was just written fit to be renamed into its place: every file and folder in it is on the disk
 * (fsync(2)), else a power cut after the rename leaves empty files, and everyone may read it, whatever the umask was.
 */
export async function settleFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await settleFolder(path);
    else if (entry.isFile()) await settleFile(path);
  }
  await chmod(folder, 0o755);
  syncFolder(folder);
}

async function settleFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { mode } = await file.stat();
    await file.chmod((mode & 0o100) === 0 ? 0o644 : 0o755);
    await file.sync();
  } finally {
    await file.close();
  }
}
