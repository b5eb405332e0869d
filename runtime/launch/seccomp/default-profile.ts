import type { Seccomp, SeccompArchitecture, SeccompRule } from '../../spec/seccomp.ts';
import type { Architecture } from '../../syscall/architecture.ts';
import type { CapabilityName } from '../process/capabilities.ts';
import { alwaysAllowed } from './allowed-calls.ts';
import {
  allowedByArchitecture,
  allowedByArgument,
  allowedByCapability,
  allowedSinceKernel,
  withoutAdmin,
} from './conditional-calls.ts';

const EPERM = 1;
const ENOSYS = 38;

/** The first two numbers of a kernel's release. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
}

/** What the default profile depends on. */
export interface ProfileSituation {
  /** The container's bounding set, as names; unknown ones do no harm. */
  readonly capabilities: readonly string[];
  readonly architecture: Architecture;
  readonly kernel: KernelVersion;
}

/** Every architecture that programs on such a machine may be made for: the own one, then the 32-bit ones. */
const architecturesOf: Readonly<Record<Architecture, readonly SeccompArchitecture[]>> = {
  x86_64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  aarch64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

function allow(names: readonly string[], args: SeccompRule['args'] = []): SeccompRule {
  return { names, action: 'SCMP_ACT_ALLOW', args };
}

function isAtLeast(kernel: KernelVersion, wanted: KernelVersion): boolean {
  return (
    kernel.major > wanted.major || (kernel.major === wanted.major && kernel.minor >= wanted.minor)
  );
}

/**
 * Reads `uname -r`, such as `6.1.0-32-amd64`. Anything unreadable counts as 0.0, for which the profile allows least.
 */
export function kernelVersion(release: string): KernelVersion {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return { major: Number(major), minor: Number(minor) };
}

/**
 * The filter that a container gets when nobody says otherwise: an allow list; everything else answers EPERM. It is
 * Docker's default profile, evaluated for one container.
 */
export function defaultSeccomp(situation: ProfileSituation): Seccomp {
  const { architecture, capabilities, kernel } = situation;
  const granted = Object.entries(allowedByCapability)
    .filter(([capability]) => capabilities.includes(capability))
    .flatMap(([, names]) => names);
  const sinceKernel = allowedSinceKernel
    .filter((wanted) => isAtLeast(kernel, wanted))
    .flatMap(({ names }) => names);
  const admin: CapabilityName = 'CAP_SYS_ADMIN';
  const namespaceRules: readonly SeccompRule[] = capabilities.includes(admin)
    ? []
    : [
        allow(['clone'], [withoutAdmin.clone]),
        { names: withoutAdmin.absent, action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, args: [] },
      ];
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: architecturesOf[architecture],
    flags: [],
    syscalls: [
      allow(alwaysAllowed),
      allow([...new Set([...granted, ...sinceKernel, ...allowedByArchitecture[architecture]])]),
      ...allowedByArgument.map(({ name, condition }) => allow([name], [condition])),
      ...namespaceRules,
    ],
  };
}
