import type { DeviceRule } from '../../spec/device.ts';
import type { CgroupWrite } from '../cgroup-plan.ts';
import type { Controller } from './controller.ts';
import { write } from './controller.ts';

/**
 * Devices that every container may use, besides those of its own config: the nodes that the specification puts in
 * /dev, pseudo-terminals, and making nodes of any kind, which gives no access by itself. As runc's `AllowedDevices`:
 * https://github.com/opencontainers/runc/blob/v1.3.0/libcontainer/specconv/spec_linux.go
 */
const always: readonly DeviceRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  // null, zero, full, random, urandom
  ...[3, 5, 7, 8, 9].map((minor) => device(1, minor)),
  // tty, ptmx
  ...[0, 2].map((minor) => device(5, minor)),
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];

function device(major: number, minor: number): DeviceRule {
  return { allow: true, type: 'c', major, minor, access: 'rwm' };
}

function number(value: number | undefined): string {
  return value === undefined || value === -1 ? '*' : String(value);
}

/** A rule as the kernel reads it, such as `c 1:3 rwm`; `a` alone stands for everything. */
function ruleText({ type, major, minor, access }: DeviceRule): string {
  return type === 'a' ? 'a' : `${type} ${number(major)}:${number(minor)} ${access}`;
}

/** Whether a rule is about every device: it makes those before it void. */
function isAboutAll(rule: DeviceRule): boolean {
  return rule.type === 'a';
}

/**
 * All rules in order: nothing is allowed at first, whatever the folder above allows; then the config's rules; then
 * what every container may use.
 */
export function deviceRules(configured: readonly DeviceRule[]): readonly DeviceRule[] {
  const fresh: DeviceRule = { allow: false, type: 'a', access: 'rwm' };
  const rules = [fresh, ...configured];
  const last = rules.findLastIndex(isAboutAll);
  const effective = rules.slice(last);
  // With everything allowed there is nothing to add, and the kernel would note down exceptions for nothing.
  return effective[0]?.allow === true ? effective : [...effective, ...always];
}

function ruleWrite(folder: string, rule: DeviceRule): readonly CgroupWrite[] {
  const text = ruleText(rule);
  const verb = rule.allow ? 'allow' : 'deny';
  return write(folder, `devices.${verb}`, text, { label: `${verb} device ${text}` });
}

/** Which devices may be opened or made: https://docs.kernel.org/admin-guide/cgroup-v1/devices.html */
export const devicesController: Controller = {
  // Always: a container without this controller could reach every disk that it can make a node for.
  asked: () => ['devices'],
  v1: ({ folder, resources }) => ({
    writes: deviceRules(resources.devices).flatMap((rule) => ruleWrite(folder, rule)),
    reports: [],
  }),
  v2: () => ({
    writes: [],
    reports: [
      {
        field: 'linux.resources.devices',
        reason:
          'berth cannot limit devices with cgroup v2 yet: a container with CAP_MKNOD can reach every device of the host.',
      },
    ],
  }),
};
