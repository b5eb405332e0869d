import { existsSync, rmSync } from 'node:fs';

/**
 * Removes a folder and all that is in it, also while a process that is ending still removes things in there. Node's own `rmSync`
 * stops without an error as soon as a subfolder vanishes under it, and leaves the rest (`std::filesystem::remove_all` answers ENOENT).
 */
export function removeTree(path: string): void {
  // Each round ends because something was removed by another; this often is more than the longest list of such things.
  for (let round = 0; round < 1000; round += 1) {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    if (!existsSync(path)) return;
  }
  throw new Error(`${path} cannot be removed: others write there`);
}
