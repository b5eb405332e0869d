import type { Capabilities } from '../../spec/process.ts';

/**
 * Capability names in the order of their numbers, 0 to 40.
 * https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/capability.h
 */
const names = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_DAC_READ_SEARCH',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETPCAP',
  'CAP_LINUX_IMMUTABLE',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_BROADCAST',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_IPC_LOCK',
  'CAP_IPC_OWNER',
  'CAP_SYS_MODULE',
  'CAP_SYS_RAWIO',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_SYS_PACCT',
  'CAP_SYS_ADMIN',
  'CAP_SYS_BOOT',
  'CAP_SYS_NICE',
  'CAP_SYS_RESOURCE',
  'CAP_SYS_TIME',
  'CAP_SYS_TTY_CONFIG',
  'CAP_MKNOD',
  'CAP_LEASE',
  'CAP_AUDIT_WRITE',
  'CAP_AUDIT_CONTROL',
  'CAP_SETFCAP',
  'CAP_MAC_OVERRIDE',
  'CAP_MAC_ADMIN',
  'CAP_SYSLOG',
  'CAP_WAKE_ALARM',
  'CAP_BLOCK_SUSPEND',
  'CAP_AUDIT_READ',
  'CAP_PERFMON',
  'CAP_BPF',
  'CAP_CHECKPOINT_RESTORE',
] as const;

/** The name of a capability, such as `CAP_SYS_ADMIN`. */
export type CapabilityName = (typeof names)[number];

/** Every capability that berth knows, by number. A kernel may know fewer: /proc/sys/kernel/cap_last_cap. */
export const capabilityNames: readonly CapabilityName[] = names;

const numbers: ReadonlyMap<string, number> = new Map(names.map((name, number) => [name, number]));

/**
 * What a container gets when nobody says otherwise.
 * https://github.com/moby/moby/blob/v28.2.2/oci/caps/defaults.go
 */
export const defaultCapabilities: readonly CapabilityName[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FSETID',
  'CAP_FOWNER',
  'CAP_MKNOD',
  'CAP_NET_RAW',
  'CAP_SETGID',
  'CAP_SETUID',
  'CAP_SETFCAP',
  'CAP_SETPCAP',
  'CAP_NET_BIND_SERVICE',
  'CAP_SYS_CHROOT',
  'CAP_KILL',
  'CAP_AUDIT_WRITE',
];

/** The number of a capability; `undefined` when there is none of that name. */
export function capabilityNumber(name: string): number | undefined {
  return numbers.get(name);
}

/** One capability set as the kernel takes it. */
export interface CapabilitySet {
  /** Bit n is the capability with number n. capset(2) takes the low and the high 32 bits apart. */
  readonly mask: bigint;
  /** Names that stand for no bit: the specification wants a warning, and no failure. */
  readonly unknown: readonly string[];
}

/**
 * Turns names into a mask.
 *
 * @param lastKnown the highest number that the running kernel knows (/proc/sys/kernel/cap_last_cap): capset(2) would
 *   answer EPERM to more.
 */
export function capabilitySet(
  list: readonly string[],
  lastKnown: number = names.length - 1,
): CapabilitySet {
  let mask = 0n;
  const unknown: string[] = [];
  for (const name of list) {
    const number = capabilityNumber(name);
    if (number === undefined || number > lastKnown) unknown.push(name);
    else mask |= 1n << BigInt(number);
  }
  return { mask, unknown };
}

/** The names in a mask, by number. Bits without a name are left out. */
export function namesInMask(mask: bigint): readonly CapabilityName[] {
  return names.filter((_name, number) => ((mask >> BigInt(number)) & 1n) === 1n);
}

/** The five sets of a process as masks, and the names that could not be turned into one. */
export interface CapabilityMasks {
  readonly bounding: bigint;
  readonly effective: bigint;
  readonly inheritable: bigint;
  readonly permitted: bigint;
  /** Those of them that the kernel lets be ambient: that are permitted and inheritable as well (capabilities(7)). */
  readonly ambient: bigint;
  /** To be reported as a warning: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#linux-process */
  readonly unknown: readonly string[];
}

/** Turns all five sets of a process into masks; see `capabilitySet` for `lastKnown`. */
export function capabilityMasks(
  capabilities: Capabilities,
  lastKnown: number = names.length - 1,
): CapabilityMasks {
  const bounding = capabilitySet(capabilities.bounding, lastKnown);
  const effective = capabilitySet(capabilities.effective, lastKnown);
  const inheritable = capabilitySet(capabilities.inheritable, lastKnown);
  const permitted = capabilitySet(capabilities.permitted, lastKnown);
  const ambient = capabilitySet(capabilities.ambient, lastKnown);
  const sets = [bounding, effective, inheritable, permitted, ambient];
  return {
    bounding: bounding.mask,
    effective: effective.mask,
    inheritable: inheritable.mask,
    permitted: permitted.mask,
    ambient: ambient.mask & inheritable.mask & permitted.mask,
    unknown: [...new Set(sets.flatMap((set) => set.unknown))],
  };
}
