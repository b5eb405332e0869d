import { globSync, rmdirSync } from 'node:fs';

/** Removes the cgroups that held a test's containers. One that still holds somebody's stays: rmdir(2) refuses it. */
export function removeEmptyCgroups(): void {
  for (const folder of globSync(['/sys/fs/cgroup/berth', '/sys/fs/cgroup/*/berth'])) {
    try {
      rmdirSync(folder);
    } catch {
      // Not empty, or gone.
    }
  }
}
