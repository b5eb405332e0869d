import { detectCgroups } from '../../cgroup/detect.ts';
import { exists } from '../../host/files.ts';
import type { Resources } from '../../spec/resources.ts';
import type { Spec } from '../../spec/spec.ts';
import { annotatedProperties } from './annotations.ts';
import { readDeviceNames } from './device-names.ts';
import type { ScopeRequest } from './scope.ts';
import { systemdUnavailable, type UnitProperty } from './systemd-manager.ts';
import { limitProperties } from './unit-properties.ts';
import { scopeName } from './unit-name.ts';

/** That of sd_booted(3). */
const runsSystemd = '/run/systemd/system';

const noLimits: Resources = { hugepageLimits: [], rdma: {}, devices: [], unified: {} };

/**
 * The scope that a config asks for.
 * @throws OCI_SYSTEMD_UNAVAILABLE, CGROUP_PATH_INVALID, SPEC_INVALID naming an annotation
 */
export async function scopeRequest(spec: Spec, id: string): Promise<ScopeRequest> {
  if (!(await exists(runsSystemd))) {
    throw systemdUnavailable(`this host is not run by systemd ("${runsSystemd}" does not exist)`);
  }
  const name = scopeName(spec.linux.cgroupsPath, id);
  const annotated = annotatedProperties(spec.annotations);
  const { cgroups, limits } = await unitLimits(spec.linux.resources);
  return { ...name, id, cgroups, properties: (version) => [...limits(version), ...annotated] };
}

/** Limits as properties of a unit on this host, by the version of systemd. */
export async function unitLimits(resources: Resources = noLimits): Promise<{
  readonly cgroups: 'v1' | 'v2';
  readonly limits: (version: number) => readonly UnitProperty[];
}> {
  const [layout, deviceNames] = await Promise.all([detectCgroups(), readDeviceNames()]);
  const cgroups = layout.version === 'v2' ? 'v2' : 'v1';
  const limits = (version: number): readonly UnitProperty[] =>
    limitProperties(resources, { cgroups, deviceNames, version });
  return { cgroups, limits };
}
