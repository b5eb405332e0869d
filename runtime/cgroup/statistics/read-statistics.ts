import type { CgroupLayout, V1Controller } from '../layout.ts';
import { readV1 } from './cgroup-v1.ts';
import { readV2 } from './cgroup-v2.ts';
import { type Count, ControlFiles } from './control-files.ts';
import type { Statistics } from './statistics.ts';

/** Folders of one container, one in each hierarchy; with cgroup v2 the first is the only one. */
type Folders = readonly string[];

/** Reads what the kernel counts of a container. */
export function readStatistics(layout: CgroupLayout, folders: Folders): Promise<Statistics> {
  return layout.version === 'v2'
    ? readV2(folders[0], layout)
    : readV1((controller) => folderIn(layout.mounts[controller], folders), layout);
}

/** How often the kernel has killed for lack of memory, or wanted to; it only ever grows. */
export async function countOoms(layout: CgroupLayout, folders: Folders): Promise<number> {
  if (layout.version === 'v2') {
    const events = await new ControlFiles(folders[0]).counts('memory.events');
    return Number(events['oom_kill'] ?? 0);
  }
  const memory: V1Controller = 'memory';
  const control = await new ControlFiles(folderIn(layout.mounts[memory], folders)).counts(
    'memory.oom_control',
  );
  return Number(control['oom_kill'] ?? 0) + Number(control['under_oom'] ?? 0);
}

/** How often a limit of memory was reached: with cgroup v2 only what came of it, an OOM, is told of the limit itself. */
export async function countLimitFailures(layout: CgroupLayout, folders: Folders): Promise<Count> {
  if (layout.version === 'v2') {
    const events = await new ControlFiles(folders[0]).counts('memory.events');
    return events['oom'] ?? 0;
  }
  return new ControlFiles(folderIn(layout.mounts.memory, folders)).count('memory.failcnt');
}

/** The container's folder in the hierarchy that is mounted there. */
function folderIn(mount: string | undefined, folders: Folders): string | undefined {
  return mount === undefined ? undefined : folders.find((folder) => folder.startsWith(`${mount}/`));
}
