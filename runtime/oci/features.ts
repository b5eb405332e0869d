import { capabilityNames } from '../launch/process/capabilities.ts';
import { knownMountOptions } from '../launch/mounts/mount-options.ts';
import { filterArchitectures } from '../launch/seccomp/architectures.ts';
import { hookKinds } from '../spec/hook-kinds.ts';
import { namespaceTypes } from '../spec/linux.ts';
import { seccompActions, seccompFlags, seccompOperators } from '../spec/seccomp.ts';
import { isSupported } from '../spec/unsupported.ts';
import type { Architecture } from '../syscall/architecture.ts';
import { ociSpecVersion, oldestSpecVersion } from './versions.ts';

/** What the answer depends on besides berth itself. */
export interface FeaturesRequest {
  readonly architecture: Architecture;
  /** Highest capability number that the kernel knows. */
  readonly lastCapability: number;
  /** Of berth. */
  readonly version: string;
}

/**
 * What this runtime can do: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/features.md and
 * features-linux.md. Nothing of it is written down twice: the lists are those that configs are read and carried out with.
 */
export function features({ architecture, lastCapability, version }: FeaturesRequest): object {
  return {
    ociVersionMin: oldestSpecVersion,
    ociVersionMax: ociSpecVersion,
    hooks: [...hookKinds],
    mountOptions: knownMountOptions(),
    linux: {
      namespaces: [...namespaceTypes].sort(),
      capabilities: capabilityNames.slice(0, lastCapability + 1),
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: false, rdma: true },
      seccomp: {
        enabled: true,
        actions: [...seccompActions].sort(),
        operators: [...seccompOperators].sort(),
        archs: filterArchitectures[architecture]
          .flatMap(({ interfaces }) => interfaces.map(({ name }) => name))
          .sort(),
        knownFlags: [...seccompFlags].sort(),
        supportedFlags: [...seccompFlags].sort(),
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
      intelRdt: { enabled: isSupported('linux.intelRdt') },
      mountExtensions: { idmap: { enabled: isSupported('mounts.*.uidMappings') } },
    },
    annotations: { 'berth.version': version, 'berth.checkpoint.enabled': 'true' },
    potentiallyUnsafeConfigAnnotations: [],
  };
}
