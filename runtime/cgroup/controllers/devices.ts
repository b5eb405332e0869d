import type { DeviceRule } from '../../spec/device.ts';
import type { CgroupReport, CgroupWrite } from '../cgroup-plan.ts';
import { deviceAllowList, isEvery } from '../device-rules.ts';
import type { DeviceAllowList, TypedDeviceRule } from '../device-rules.ts';
import type { Controller } from './controller.ts';
import { write } from './controller.ts';

function number(value: number | undefined): string {
  return isEvery(value) ? '*' : String(value);
}

/** Which devices a rule is about, as the kernel reads it, such as `c 1:3`. */
function devicesOf({ type, major, minor }: TypedDeviceRule): string {
  return `${type} ${number(major)}:${number(minor)}`;
}

function ruleWrites(folder: string, verb: 'allow' | 'deny', text: string): readonly CgroupWrite[] {
  return write(folder, `devices.${verb}`, text, { label: `${verb} device ${text}` });
}

function overlap(a: TypedDeviceRule, b: TypedDeviceRule): boolean {
  const same = (one: number | undefined, other: number | undefined): boolean =>
    isEvery(one) || isEvery(other) || one === other;
  const access = ['r', 'w', 'm'].some((one) => a.access.includes(one) && b.access.includes(one));
  return access && a.type === b.type && same(a.major, b.major) && same(a.minor, b.minor);
}

/**
 * Rules that cgroup v1 silently ignores: it keeps a list of exceptions from its base, and one can be taken back only
 * by the very numbers that it was made with.
 */
function ignoredRules({ base, rules }: DeviceAllowList): readonly CgroupReport[] {
  return rules
    .filter((rule, index) => {
      if (rule.allow !== (base === 'allow')) return false;
      const exceptions = rules.slice(0, index).filter(({ allow }) => allow !== rule.allow);
      return exceptions.some((one) => devicesOf(one) !== devicesOf(rule) && overlap(one, rule));
    })
    .map((rule) => ({
      field: 'linux.resources.devices',
      reason: `cgroup v1 cannot ${verbOf(rule)} "${devicesOf(rule)} ${rule.access}" after another rule has spoken of some of these devices by other numbers: name the same devices in both.`,
    }));
}

function verbOf({ allow }: DeviceRule): 'allow' | 'deny' {
  return allow ? 'allow' : 'deny';
}

/**
 * Which devices may be opened or made: https://docs.kernel.org/admin-guide/cgroup-v1/devices.html
 * cgroup v2 has no such controller, but programs: device-program/.
 */
export const devicesController: Pick<Controller, 'asked' | 'v1'> = {
  // Always: a container without this controller could reach every disk that it can make a node for.
  asked: () => ['devices'],
  v1: ({ folder, resources }) => {
    const list = deviceAllowList(resources.devices);
    return {
      writes: [
        ...ruleWrites(folder, list.base, 'a'),
        ...list.rules.flatMap((rule) =>
          ruleWrites(folder, verbOf(rule), `${devicesOf(rule)} ${rule.access}`),
        ),
      ],
      reports: ignoredRules(list),
    };
  },
};
