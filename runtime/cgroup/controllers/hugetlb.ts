import { BerthError } from '../../errors/berth-error.ts';
import type { HugepageLimit } from '../../spec/hugepage-limit.ts';
import type { Resources } from '../../spec/resources.ts';
import type { ControllerPlan } from '../cgroup-plan.ts';
import type { Controller } from './controller.ts';
import { write } from './controller.ts';

/**
 * Refuses a limit for pages that this host does not have.
 *
 * @throws CGROUP_LIMIT_INVALID
 */
function checkSizes(limits: readonly HugepageLimit[], sizes: readonly string[]): void {
  const index = limits.findIndex(({ pageSize }) => !sizes.includes(pageSize));
  if (index === -1) return;
  const wanted = sizes.length === 0 ? 'none: this host has no huge pages' : sizes.join(', ');
  throw new BerthError('CGROUP_LIMIT_INVALID', {
    message: `'linux.resources.hugepageLimits[${index}].pageSize' is "${limits[index]?.pageSize ?? ''}", wanted a size of this host's huge pages: ${wanted}`,
    remedy: 'Name one of these sizes, or leave the limit out.',
  });
}

interface HugetlbFiles {
  readonly folder: string;
  readonly hugePageSizes: readonly string[];
  readonly resources: Resources;
  /** How a file's name ends. */
  readonly suffix: string;
}

/** Pages in use, and pages that are reserved: those are refused at mmap(2) and not by SIGBUS later. */
function plan({ folder, hugePageSizes, resources, suffix }: HugetlbFiles): ControllerPlan {
  const { hugepageLimits } = resources;
  checkSizes(hugepageLimits, hugePageSizes);
  return {
    writes: hugepageLimits.flatMap(({ pageSize, limit }) => {
      const label = `limit huge pages of ${pageSize} to ${limit} bytes`;
      return [
        ...write(folder, `hugetlb.${pageSize}.${suffix}`, String(limit), { label }),
        // Linux 5.7 and later; the other limit holds without it.
        ...write(folder, `hugetlb.${pageSize}.rsvd.${suffix}`, String(limit), {
          label,
          onError: 'ignore',
        }),
      ];
    }),
    reports: [],
  };
}

/**
 * Huge pages: https://docs.kernel.org/admin-guide/cgroup-v1/hugetlb.html and
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#hugetlb; both files, as in
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fs/hugetlb.go and fs2/hugetlb.go
 */
export const hugetlbController: Controller = {
  asked: ({ hugepageLimits }) => (hugepageLimits.length > 0 ? ['hugepageLimits'] : []),
  v1: ({ folder, resources, layout: { hugePageSizes } }) =>
    plan({ folder, hugePageSizes, resources, suffix: 'limit_in_bytes' }),
  v2: ({ folder, resources, layout: { hugePageSizes } }) =>
    plan({ folder, hugePageSizes, resources, suffix: 'max' }),
};
