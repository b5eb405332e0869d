import { deviceAllowList, isEvery, type TypedDeviceRule } from '../../cgroup/device-rules.ts';
import type { DeviceRule } from '../../spec/device.ts';
import { dbus } from '../../host/dbus/dbus-value.ts';
import type { DeviceNames } from './device-names.ts';
import type { UnitProperty } from './systemd-manager.ts';

/**
 * The devices of a container as systemd writes them with cgroup v1 whenever it reloads its units; without a word it would
 * allow all. It has no "deny", so a list that allows all but some is none that it can keep: berth's own stands until then.
 */
export function deviceProperties(
  devices: readonly DeviceRule[],
  names: DeviceNames,
): readonly UnitProperty[] {
  const { base, rules } = deviceAllowList(devices);
  const policy = { name: 'DevicePolicy', value: dbus.string(base === 'allow' ? 'auto' : 'strict') };
  const allowed = base === 'allow' ? [] : rules.filter(({ allow }) => allow);
  const items = allowed.flatMap((rule) =>
    placesOf(rule, names).map((place) => dbus.struct(dbus.string(place), dbus.string(rule.access))),
  );
  return [policy, { name: 'DeviceAllow', value: dbus.array('(ss)', items) }];
}

/** As systemd.resource-control(5) names devices: a node by its numbers, a group by its name in /proc/devices. */
function placesOf({ type, major, minor }: TypedDeviceRule, names: DeviceNames): readonly string[] {
  const kind = type === 'c' ? 'char' : 'block';
  if (isEvery(major)) return isEvery(minor) ? [`${kind}-*`] : [];
  if (!isEvery(minor)) return [`/dev/${kind}/${major}:${minor}`];
  const name = names[type].get(major);
  return name === undefined ? [] : [`${kind}-${name}`];
}
