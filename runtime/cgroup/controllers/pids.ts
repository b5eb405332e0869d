import type { Resources } from '../../spec/resources.ts';
import type { ControllerPlan } from '../cgroup-plan.ts';
import type { Controller } from './controller.ts';
import { nothing, write } from './controller.ts';

/** The file and its values are the same in both versions. */
function plan({ folder, resources }: { folder: string; resources: Resources }): ControllerPlan {
  if (resources.pids === undefined) return nothing;
  const { limit } = resources.pids;
  const value = limit > 0 ? String(limit) : 'max';
  return {
    writes: write(folder, 'pids.max', value, { label: `limit processes to ${value}` }),
    reports: [],
  };
}

/** How many processes and threads: https://docs.kernel.org/admin-guide/cgroup-v2.html#pid */
export const pidsController: Controller = {
  asked: ({ pids }) => (pids !== undefined && pids.limit > 0 ? ['pids.limit'] : []),
  v1: plan,
  v2: plan,
};
