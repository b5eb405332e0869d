import { BerthError } from '../errors/berth-error.ts';
import type { StoredFreezer, StoredState } from './state/stored-state.ts';

/** The freezer of a container. Throws CGROUP_UNAVAILABLE when the host has none. */
export function freezerOf({ cgroup, id }: StoredState): StoredFreezer {
  if (cgroup.freezer !== undefined) return cgroup.freezer;
  throw new BerthError('CGROUP_UNAVAILABLE', {
    message: `"${id}" has no freezer cgroup, wanted one to pause it with`,
    remedy: 'Mount the freezer controller, or cgroup2, and make the container again.',
    details: { id },
  });
}
