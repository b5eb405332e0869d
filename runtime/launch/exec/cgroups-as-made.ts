import { namedBySystemd } from '../../cgroup/cgroup-plan.ts';
import { exists } from '../../host/files.ts';
import type { ExecPlan } from './exec-plan.ts';

/**
 * A plan for a container that is there: without systemd's hierarchy of cgroup v1 where it is not in that, as one that an older
 * berth has made. Nothing is limited there.
 */
export async function cgroupsAsMade(plan: ExecPlan['cgroup']): Promise<ExecPlan['cgroup']> {
  const named = plan.hierarchies.find(({ controllers }) => controllers.includes(namedBySystemd));
  if (named === undefined || (await exists(named.folder))) return plan;
  return {
    ...plan,
    join: plan.join.filter((path) => !path.startsWith(`${named.folder}/`)),
    hierarchies: plan.hierarchies.filter((hierarchy) => hierarchy !== named),
  };
}
