import type { DeviceRule } from '../spec/device.ts';
import type { CgroupReport } from './cgroup-plan.ts';

/** A rule about character or about block devices. */
export interface TypedDeviceRule extends DeviceRule {
  readonly type: 'b' | 'c';
}

/** What a cgroup does with devices. */
export interface DeviceAllowList {
  /** For devices that no rule speaks of. */
  readonly base: 'allow' | 'deny';
  /** In order: for each of r, w and m the last rule that fits a device decides. */
  readonly rules: readonly TypedDeviceRule[];
}

/**
 * Devices that every container may use, besides those of its own config: the nodes that the specification puts in
 * /dev, pseudo-terminals, and making nodes of any kind, which gives no access by itself. As runc's `AllowedDevices`:
 * https://github.com/opencontainers/runc/blob/v1.3.0/libcontainer/specconv/spec_linux.go
 */
const always: readonly TypedDeviceRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  // null, zero, full, random, urandom
  ...[3, 5, 7, 8, 9].map((minor) => device(1, minor)),
  // tty, ptmx
  ...[0, 2].map((minor) => device(5, minor)),
  { allow: true, type: 'c', major: 136, access: 'rwm' },
  // net/tun: of no use without CAP_NET_ADMIN, and missed by many when runc 1.2.0 had left it out.
  device(10, 200),
];

function device(major: number, minor: number): TypedDeviceRule {
  return { allow: true, type: 'c', major, minor, access: 'rwm' };
}

/** Whether a field of a rule stands for every number. */
export function isEvery(number: number | undefined): number is undefined | -1 {
  return number === undefined || number === -1;
}

/** Whether a rule is about everything: it makes those before it void. */
function isAboutAll({ type, major, minor, access }: DeviceRule): boolean {
  return type === 'a' && isEvery(major) && isEvery(minor) && new Set(access).size === 3;
}

/** A rule about both types that does not speak of everything: cgroup v1 would take it for one that does. */
function byType(rule: DeviceRule): readonly TypedDeviceRule[] {
  const types = rule.type === 'a' ? (['c', 'b'] as const) : [rule.type];
  return types.map((type) => ({ ...rule, type }));
}

/** The letters that say something: runc takes "rwa" for "rw", and configs that were tried with it have that. */
const accessOf = ({ access }: DeviceRule): string => access.replaceAll('a', '');

/** Rules with letters that are left out. */
export function ignoredLetters(rules: readonly DeviceRule[]): readonly CgroupReport[] {
  return rules.flatMap((rule, index) =>
    rule.access.includes('a')
      ? {
          field: `linux.resources.devices[${index}].access`,
          reason: `"${rule.access}" is taken for "${accessOf(rule)}": wanted letters of "r", "w" and "m".`,
        }
      : [],
  );
}

/**
 * The allow list of a container: nothing is allowed at first, whatever the folder above allows; then the config's rules
 * (https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#allowed-device-list); then what every
 * container may use.
 */
export function deviceAllowList(given: readonly DeviceRule[]): DeviceAllowList {
  const configured = given.map((rule) => ({ ...rule, access: accessOf(rule) }));
  const last = configured.findLastIndex(isAboutAll);
  const rules = configured.slice(last + 1).flatMap(byType);
  // With everything allowed there is nothing to add.
  if (configured[last]?.allow === true) return { base: 'allow', rules };
  return { base: 'deny', rules: [...rules, ...always] };
}
