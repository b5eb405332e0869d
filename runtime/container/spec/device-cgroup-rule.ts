import type { DeviceRule } from '../../spec/device.ts';

const types = { a: 'a', b: 'b', c: 'c' } as const;

/** Reads a rule such as `c 1:* rwm` (`--device-cgroup-rule`); `undefined` for a text that is none. */
export function parseDeviceCgroupRule(text: string): DeviceRule | undefined {
  const match = /^([abc]) (\d{1,10}|\*):(\d{1,10}|\*) ([rwm]{1,3})$/.exec(text);
  if (match === null) return undefined;
  const [, type = 'a', major = '*', minor = '*', access = 'rwm'] = match;
  return {
    allow: true,
    type: types[type as keyof typeof types],
    ...(major === '*' ? {} : { major: Number(major) }),
    ...(minor === '*' ? {} : { minor: Number(minor) }),
    access,
  };
}
