import type { Resources } from '../../spec/resources.ts';
import type { CgroupReport } from '../cgroup-plan.ts';
import type { Controller } from './controller.ts';
import { report, write } from './controller.ts';

/** 0 is "not set", as it is for runc and crun: no folder has another class at first. */
function classOf({ network }: Resources): number | undefined {
  return network?.classID === 0 ? undefined : network?.classID;
}

/**
 * The tag of a container's packets: https://docs.kernel.org/admin-guide/cgroup-v1/net_cls.html, as in
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fs/net_cls.go
 */
export const netClsController: Pick<Controller, 'asked' | 'v1'> = {
  asked: (resources) => (classOf(resources) === undefined ? [] : ['network.classID']),
  v1: ({ folder, resources }) => ({
    writes: write(folder, 'net_cls.classid', classOf(resources), {
      label: `tag packets with class ${classOf(resources) ?? 0}`,
    }),
    reports: [],
  }),
};

/**
 * Priorities of a container's packets: https://docs.kernel.org/admin-guide/cgroup-v1/net_prio.html, as in
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fs/net_prio.go
 */
export const netPrioController: Pick<Controller, 'asked' | 'v1'> = {
  asked: ({ network }) => ((network?.priorities ?? []).length > 0 ? ['network.priorities'] : []),
  v1: ({ folder, resources: { network } }) => ({
    writes: (network?.priorities ?? []).flatMap(({ name, priority }) =>
      write(folder, 'net_prio.ifpriomap', `${name} ${priority}`, {
        label: `give packets on ${name} priority ${priority}`,
      }),
    ),
    reports: [],
  }),
};

/** cgroup v2 has neither: there netfilter and eBPF match packets by the path of their cgroup. */
export function networkReports(resources: Resources): readonly CgroupReport[] {
  const fields = [...netClsController.asked(resources), ...netPrioController.asked(resources)];
  return fields.flatMap((field) =>
    report(true, field, 'cgroup v2 has no controller of packets: they stay as they are.'),
  );
}
