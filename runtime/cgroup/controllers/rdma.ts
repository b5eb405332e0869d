import type { Resources } from '../../spec/resources.ts';
import type { ControllerPlan } from '../cgroup-plan.ts';
import type { Controller } from './controller.ts';
import { write } from './controller.ts';

/** S32_MAX is what the kernel has for "max", and more than that it refuses. */
const most = 0x7fff_ffff;

function item(name: string, limit: number | undefined): readonly string[] {
  if (limit === undefined) return [];
  return [`${name}=${limit >= most ? 'max' : limit}`];
}

/** The file and its values are the same in both versions: `mlx5_1 hca_handle=3 hca_object=10000`. */
function plan({ folder, resources }: { folder: string; resources: Resources }): ControllerPlan {
  return {
    writes: Object.entries(resources.rdma).flatMap(([device, { hcaHandles, hcaObjects }]) => {
      const limits = [...item('hca_handle', hcaHandles), ...item('hca_object', hcaObjects)];
      const value = [device, ...limits].join(' ');
      return write(folder, 'rdma.max', value, { label: `limit RDMA of ${value}` });
    }),
    reports: [],
  };
}

/**
 * Handles and objects of RDMA devices: https://docs.kernel.org/admin-guide/cgroup-v1/rdma.html and
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#rdma, as in
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fscommon/rdma.go
 */
export const rdmaController: Controller = {
  asked: ({ rdma }) => Object.keys(rdma).map((device) => `rdma.${device}`),
  v1: plan,
  v2: plan,
};
