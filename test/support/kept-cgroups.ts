import { existsSync, globSync, mkdirSync, rmdirSync } from 'node:fs';
import { detectCgroups } from '../../runtime/cgroup/detect.ts';
import { berthCgroup } from '../../runtime/cgroup/cgroup-path.ts';
import { removeEmptyCgroups } from '../integration/container/empty-cgroups.ts';

/**
 * vitest's global setup: a cgroup beside those of the containers, in each hierarchy, for as long as tests run. Whoever ends
 * removes berth's folder when nothing is in it, `berth down` as well as a test: without this one that may come just when
 * another test has made the folder, and not yet the container's in it.
 */
export async function setup(): Promise<() => void> {
  const layout = await detectCgroups();
  const hierarchies =
    layout.version === 'v2' ? [layout.mount] : [...new Set(Object.values(layout.mounts))];
  // A run that was killed has left its own.
  for (const folder of globSync(hierarchies.map((path) => `${path}${berthCgroup}/kept-*`))) {
    if (!existsSync(`/proc/${folder.split('-').at(-1) ?? ''}`)) rmdirSync(folder);
  }
  const kept: string[] = [];
  for (const hierarchy of hierarchies) {
    const folder = `${hierarchy}${berthCgroup}/kept-${process.pid}`;
    try {
      mkdirSync(folder, { recursive: true });
      kept.push(folder);
    } catch {
      // Who may make no cgroups, as a user who runs the unit tests, starts no containers either.
    }
  }
  return () => {
    kept.forEach((folder) => {
      rmdirSync(folder);
    });
    removeEmptyCgroups();
  };
}
