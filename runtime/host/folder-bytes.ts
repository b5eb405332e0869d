import { join } from 'node:path';
import { lstat, orIfMissing, readdir } from './files.ts';

/**
 * Bytes of all that is in a folder, without the folders themselves; the target of a symbolic link counts, a file with several names
 * once: as Docker counts them (`directory.Size` of moby 28.5). The folder may be in use meanwhile. This reads every folder below.
 */
export async function folderBytes(folder: string, counted = new Set<number>()): Promise<number> {
  const names = await orIfMissing(readdir(folder), []);
  const sizes = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await orIfMissing(lstat(path), undefined);
      if (found === undefined) return 0;
      if (found.isDirectory()) return folderBytes(path, counted);
      if (counted.has(found.ino)) return 0;
      counted.add(found.ino);
      return found.size;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
