import { posix } from 'node:path';

import type { ContainerRecord } from '../model/container-record.ts';
import type { CgroupPlace } from '../ports.ts';

/** Where the cgroup of a container is. A parent counts from the mount, also without a slash; nothing leads above it. */
export function cgroupPlaceOf({
  id,
  hostConfig: { CgroupParent: parent },
}: Pick<ContainerRecord, 'id' | 'hostConfig'>): CgroupPlace {
  return parent === '' ? { id } : { id, path: posix.join('/', parent, id) };
}
