import type { CgroupLayout, V1Controller } from '../../cgroup/layout.ts';
import type { StoredCgroup } from '../state/stored-state.ts';
import { readV1 } from './cgroup-v1.ts';
import { readV2 } from './cgroup-v2.ts';
import { ControlFiles } from './control-files.ts';
import type { Statistics } from './statistics.ts';

/** Reads what the kernel counts of a container. */
export function readStatistics(layout: CgroupLayout, cgroup: StoredCgroup): Promise<Statistics> {
  return layout.version === 'v2'
    ? readV2(cgroup.folders[0], layout)
    : readV1((controller) => folderIn(layout.mounts[controller], cgroup), layout);
}

/** How often the kernel has killed for lack of memory, or wanted to; it only ever grows. */
export async function countOoms(layout: CgroupLayout, cgroup: StoredCgroup): Promise<number> {
  if (layout.version === 'v2') {
    const events = await new ControlFiles(cgroup.folders[0]).counts('memory.events');
    return Number(events['oom_kill'] ?? 0);
  }
  const memory: V1Controller = 'memory';
  const control = await new ControlFiles(folderIn(layout.mounts[memory], cgroup)).counts(
    'memory.oom_control',
  );
  return Number(control['oom_kill'] ?? 0) + Number(control['under_oom'] ?? 0);
}

/** The container's folder in the hierarchy that is mounted there. */
function folderIn(mount: string | undefined, { folders }: StoredCgroup): string | undefined {
  return mount === undefined ? undefined : folders.find((folder) => folder.startsWith(`${mount}/`));
}
