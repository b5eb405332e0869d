import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The checkout that the lab tests. */
export const repository = dirname(dirname(import.meta.dirname));

/**
 * A folder of the lab's cache, made when missing. The cache is outside the repository, and may be removed at any time:
 * the lab builds it again. `BERTH_LAB_CACHE` says where; `~/.cache/berth-lab` otherwise.
 */
export function labFolder(name: string): string {
  const cache = process.env['BERTH_LAB_CACHE'] ?? join(homedir(), '.cache', 'berth-lab');
  const folder = join(cache, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}
