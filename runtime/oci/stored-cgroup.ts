import type { CgroupPlan } from '../cgroup/cgroup-plan.ts';
import type { StoredCgroup } from './state/stored-state.ts';

/** What is kept of a plan. */
export function storedCgroup({ remove, freezer }: CgroupPlan): StoredCgroup {
  return { folders: remove, ...(freezer === undefined ? {} : { freezer }) };
}
