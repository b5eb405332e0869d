import { existsSync, globSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Removes the cgroups that isolate.sh made for a unit and named in `FOLDER/cgroups`. Returns `cgroup PATH`, relative
 * to them, for each that the unit had made and not removed, once for all hierarchies. The unit's processes have been killed: those that are still on their way
 * out are waited for.
 */
export async function removeCgroups(folder: string): Promise<string[]> {
  const list = join(folder, 'cgroups');
  if (!existsSync(list)) return [];
  const own = readFileSync(list, 'utf8').trim().split('\n');
  const made = own.map((path) => ({ path, inside: foldersIn(path) }));
  const below = made.flatMap(({ path, inside }) => inside.map((relative) => join(path, relative)));
  // What is frozen cannot die.
  for (const path of below) {
    const state = join(path, 'freezer.state');
    if (existsSync(state)) writeFileSync(state, 'THAWED');
  }
  const deepestFirst = [...below, ...own].toSorted((a, b) => b.length - a.length);
  for (const path of deepestFirst) await removeEmptied(path);
  return [...new Set(made.flatMap(({ inside }) => inside))].map((path) => `cgroup ${path}`);
}

function foldersIn(cgroup: string): string[] {
  return globSync('**/cgroup.procs', { cwd: cgroup })
    .map((file) => file.replace(/\/?cgroup\.procs$/, ''))
    .filter((relative) => relative !== '');
}

async function removeEmptied(path: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if (!existsSync(path)) return;
      if (attempt === 200) throw error;
      await pause(50);
    }
  }
}
