import { checks } from '../../checks/index.ts';
import { selectChecks } from '../../checks/selection.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { loadPlan } from '../plan/plan-file.ts';
import { targetOf } from './decide.ts';
import { upFeatures } from './features/index.ts';
import type { UpOptions } from './options.ts';

/**
 * Whether the options of `berth up` name what there is, as far as this host alone can say: for install.sh, which asks before
 * it installs. Throws what `up` would throw: CHECK_UNKNOWN, CHECK_SKIP_INVALID, USAGE, PLAN_INVALID, MIRROR_UNKNOWN.
 */
export async function verifyOptions(options: UpOptions, host: ProvisionHost): Promise<void> {
  selectChecks(checks, { skip: options.skip });
  if (options.plan !== undefined) await loadPlan(options.plan);
  await targetOf(options, host);
  for (const feature of upFeatures) await feature.verify?.(options.features, host);
}
