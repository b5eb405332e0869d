import { posix } from 'node:path';
import type { Resources } from '../spec/resources.ts';
import type { CgroupReport, CgroupWrite } from './cgroup-plan.ts';
import type { CgroupLayout } from './layout.ts';
import { planCgroup } from './plan.ts';

/** Limits that change, of a cgroup that is there. */
export interface UpdateRequest {
  readonly layout: CgroupLayout;
  /** As in `CgroupRequest`. */
  readonly path: string;
  /** What is asked for now, and nothing else. */
  readonly change: Resources;
  /** All that holds afterwards: what was asked for before, with the change in it. */
  readonly resources: Resources;
}

/** What an update writes. In no order that always works: what is refused at first may be taken after the others. */
export interface UpdatePlan {
  readonly writes: readonly CgroupWrite[];
  readonly unsupported: readonly CgroupReport[];
  /** Where to see how much memory is used, when the limit is to be refused below that (`checkBeforeUpdate`). */
  readonly memoryCheck: { readonly file: string; readonly limit: number } | undefined;
}

/**
 * Plans a change of limits: what `planCgroup` writes, as far as it is about what changes. Folders above the container's own,
 * its devices and its CPU list are left alone, unless that list is what changes.
 *
 * @throws CGROUP_PATH_INVALID, CGROUP_LIMIT_INVALID
 */
export function planUpdate({ layout, path, change, resources }: UpdateRequest): UpdatePlan {
  const wanted = { ...change, devices: [], ...pairs(change, resources) };
  const plan = planCgroup({ layout, path, resources: wanted });
  const own = new Set(plan.remove);
  return {
    writes: [
      ...plan.writes.filter(
        ({ file }) => own.has(posix.dirname(file)) && isAbout(posix.basename(file), change),
      ),
      ...withoutBurst(change, layout, plan.remove),
    ],
    unsupported: plan.unsupported,
    memoryCheck: memoryCheck(change, layout, plan.remove),
  };
}

/** Values that are written, or checked, together. */
function pairs(change: Resources, resources: Resources): Partial<Resources> {
  const { memory, cpu } = resources;
  const limits = change.memory?.limit !== undefined || change.memory?.swap !== undefined;
  const times = change.cpu?.quota !== undefined || change.cpu?.period !== undefined;
  return {
    ...(limits && {
      memory: { ...change.memory, limit: memory?.limit, swap: memory?.swap },
    }),
    ...(times && { cpu: { ...change.cpu, quota: cpu?.quota, period: cpu?.period } }),
  };
}

function isAbout(file: string, { cpu }: Resources): boolean {
  if (file.startsWith('devices.')) return false;
  if (file === 'cpuset.cpus') return (cpu?.cpus ?? '') !== '';
  if (file === 'cpuset.mems') return (cpu?.mems ?? '') !== '';
  return true;
}

/** A burst of 0, which a new cgroup has anyway, takes away the one that there is. */
function withoutBurst(
  { cpu }: Resources,
  layout: CgroupLayout,
  folders: readonly string[],
): readonly CgroupWrite[] {
  if (cpu?.burst !== 0) return [];
  const name = layout.version === 'v2' ? 'cpu.max.burst' : 'cpu.cfs_burst_us';
  return folders
    .filter((folder) => layout.version === 'v2' || folder.startsWith(`${layout.mounts.cpu ?? ''}/`))
    .map((folder) => ({
      file: `${folder}/${name}`,
      value: '0',
      label: 'allow no CPU bursts',
      onError: 'fail',
    }));
}

function memoryCheck(
  { memory }: Resources,
  layout: CgroupLayout,
  folders: readonly string[],
): UpdatePlan['memoryCheck'] {
  const limit = memory?.limit ?? 0;
  if (memory?.checkBeforeUpdate !== true || limit <= 0) return undefined;
  const isV2 = layout.version === 'v2';
  const folder = isV2
    ? folders[0]
    : folders.find((each) => each.startsWith(`${layout.mounts.memory ?? ''}/`));
  const name = isV2 ? 'memory.current' : 'memory.usage_in_bytes';
  return folder === undefined ? undefined : { file: `${folder}/${name}`, limit };
}
