import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, syncFolder } from './files.ts';

/** Makes the files of a folder durable (fsync(2)), and the folder itself; it has no folders in it. */
export async function syncFiles(folder: string): Promise<void> {
  for (const name of await listFolder(folder)) {
    const file = await open(join(folder, name), 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
  syncFolder(folder);
}
