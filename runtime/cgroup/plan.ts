import { inUserNamespace } from '../host/user-namespace.ts';
import type { Resources } from '../spec/resources.ts';
import { parseCgroupPath } from './cgroup-path.ts';
import type { CgroupPlan } from './cgroup-plan.ts';
import type { CgroupLayout } from './layout.ts';
import { ignoredLetters } from './device-rules.ts';
import { planV1 } from './plan-v1.ts';
import { planNothing, planV2 } from './plan-v2.ts';

/** What is known of a container when its cgroup is planned. */
export interface CgroupRequest {
  /** Absent: this host shows no cgroups. */
  readonly layout: CgroupLayout | undefined;
  /** `linux.cgroupsPath`, or `defaultCgroupPath(id)`. */
  readonly path: string;
  /** Absent: nothing is limited, but the container is counted and can be paused. */
  readonly resources?: Resources | undefined;
}

const noLimits: Resources = { hugepageLimits: [], rdma: {}, devices: [], unified: {} };

/**
 * Plans the cgroup of a container: pure, so the same request always gives the same plan.
 *
 * @throws CGROUP_PATH_INVALID
 * @throws SPEC_UNSUPPORTED naming what is asked of cgroups that berth may not make.
 * @throws CGROUP_LIMIT_INVALID limits that contradict each other or that this kernel has no range for.
 */
export function planCgroup({ layout, path, resources = noLimits }: CgroupRequest): CgroupPlan {
  const names = parseCgroupPath(path);
  if (layout === undefined) return planNothing(resources, { limitsDevices: !inUserNamespace() });
  const plan =
    layout.version === 'v2'
      ? planV2({ layout, names, resources })
      : planV1({ layout, names, resources });
  return { ...plan, unsupported: [...plan.unsupported, ...ignoredLetters(resources.devices)] };
}
