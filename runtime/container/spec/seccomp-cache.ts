import { release } from 'node:os';

import { defaultSeccomp, kernelVersion } from '../../launch/seccomp/default-profile.ts';
import type { Seccomp } from '../../spec/seccomp.ts';
import { currentArchitecture } from '../../syscall/architecture.ts';

/** More sets of capabilities than one host has in use. */
const maximumProfiles = 64;

const profiles = new Map<string, Seccomp>();

/**
 * The default profile for a set of capabilities. The same object for the same set: making it costs as much as the rest
 * of a container's specification, and who compiles it can remember by object.
 */
export function defaultProfile(capabilities: readonly string[]): Seccomp {
  const key = capabilities.join();
  const known = profiles.get(key);
  if (known !== undefined) return known;
  const profile = defaultSeccomp({
    capabilities,
    architecture: currentArchitecture(),
    kernel: kernelVersion(release()),
  });
  if (profiles.size >= maximumProfiles) profiles.clear();
  profiles.set(key, profile);
  return profile;
}
