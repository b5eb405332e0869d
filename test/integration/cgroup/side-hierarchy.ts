import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCgroupMounts } from '../../../runtime/cgroup/mounts.ts';
import { unifiedMount } from './unified-mount.ts';

/**
 * Hierarchies of cgroup v1 that this host has not mounted, mounted for a test in a folder of its own. A kernel without
 * the controller, or a host that uses it in cgroup v2, has none.
 */
export class SideHierarchies {
  readonly #base = mkdtempSync(join(tmpdir(), 'berth-hierarchies-'));
  readonly #mounted: string[] = [];

  /** Mounts controllers together in one hierarchy; those that are mounted already stay where they are. */
  mount(...controllers: readonly string[]): void {
    const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
    if (mounts.some(({ options }) => controllers.some((name) => options.includes(name)))) return;
    if (!controllers.every(isFree)) return;
    const names = controllers.join(',');
    const folder = join(this.#base, names);
    mkdirSync(folder);
    // A cgroup of v2 that was removed a moment ago holds its controllers a little longer.
    for (const end = Date.now() + 5000; ;) {
      const { status, stderr } = spawnSync('mount', ['-t', 'cgroup', '-o', names, 'none', folder]);
      if (status === 0) break;
      if (Date.now() > end) throw new Error(`mount ${names}: ${String(stderr)}`);
    }
    this.#mounted.push(folder);
  }

  /** Unmounts what was mounted, which has to be empty by then: the hierarchies are gone with it. */
  unmount(): void {
    for (const folder of this.#mounted) {
      execFileSync('umount', [folder]);
      rmdirSync(folder);
    }
    rmdirSync(this.#base);
  }
}

/** Whether the kernel has a controller (cgroups(7), /proc/cgroups) that is in use neither in v1 nor in v2. */
function isFree(controller: string): boolean {
  const rows = readFileSync('/proc/cgroups', 'utf8').split('\n');
  const [, hierarchy, , enabled] =
    rows.map((row) => row.split('\t')).find(([name]) => name === controller) ?? [];
  const unified = unifiedMount();
  const inUse =
    unified === undefined ? '' : readFileSync(`${unified}/cgroup.subtree_control`, 'utf8');
  return hierarchy === '0' && enabled === '1' && !inUse.split(/\s/).includes(controller);
}
