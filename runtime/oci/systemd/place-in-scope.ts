import { detectCgroups } from '../../cgroup/detect.ts';
import { planCgroup } from '../../cgroup/plan.ts';
import { parsePreciseJson, stringifyPrecise } from '../../spec/precise-json.ts';
import type { Bundle } from '../bundle.ts';
import { storedCgroup } from '../stored-cgroup.ts';
import type { StoredState } from '../state/stored-state.ts';
import { type HeldScope, holdScope, type ScopeRequest } from './scope.ts';

/** As much of a config as is changed here; it has been read before. */
interface Config {
  readonly linux?: { readonly cgroupsPath?: unknown };
}

/**
 * Lets systemd make a container's cgroup, and puts its path into the config in place of `slice:prefix:name`: from then on it
 * is a cgroup like any other, for limits, `exec` and `update`.
 *
 * @throws OCI_SYSTEMD_UNAVAILABLE, OCI_SYSTEMD_REFUSED, CGROUP_LIMIT_INVALID
 */
export async function placeInScope(
  bundle: Bundle,
  request: ScopeRequest,
): Promise<{
  readonly bundle: Bundle;
  readonly scope: HeldScope;
  readonly kept: Pick<StoredState, 'cgroup' | 'systemdUnit'>;
}> {
  const layout = await detectCgroups();
  const scope = await holdScope(request);
  try {
    const { cgroupsPath } = scope;
    const { linux } = bundle.spec;
    const cgroup = storedCgroup(
      planCgroup({ layout, path: cgroupsPath, resources: linux.resources }),
    );
    const config = parsePreciseJson(bundle.configText) as Config;
    const changed = { ...config, linux: { ...config.linux, cgroupsPath } };
    const spec = { ...bundle.spec, linux: { ...linux, cgroupsPath } };
    return {
      bundle: { ...bundle, spec, configText: stringifyPrecise(changed) },
      scope,
      kept: { cgroup, systemdUnit: request.unit },
    };
  } catch (error) {
    await scope.release();
    throw error;
  }
}
