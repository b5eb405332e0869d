import type { z } from 'zod';
import {
  absolutePath,
  flag,
  integer,
  oneOf,
  record,
  text,
  uint32,
  userOrGroupId,
} from './fields.ts';

/** -1 stands for every number. Linux has 12 bits of major and 20 of minor number. */
const deviceNumber = integer(-1, 0xf_ffff);

/** `linux.devices[]`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#devices */
export const deviceSchema = record({
  path: absolutePath,
  /** `c` and `u` character, `b` block, `p` named pipe. */
  type: oneOf(['c', 'b', 'u', 'p']),
  major: integer(0, 0xfff).optional(),
  minor: integer(0, 0xf_ffff).optional(),
  /** Permission bits; file type bits that some tools leave in are not looked at. */
  fileMode: uint32.optional(),
  uid: userOrGroupId.optional(),
  gid: userOrGroupId.optional(),
}).refine(
  (device) => device.type === 'p' || (device.major !== undefined && device.minor !== undefined),
  { error: 'a major and a minor number' },
);

/** `linux.resources.devices[]`: one line of the allow list, applied in the order given. */
export const deviceRuleSchema = record({
  allow: flag,
  /** Absent: all. */
  type: oneOf(['a', 'b', 'c']).default('a'),
  /** Absent or -1: every one. */
  major: deviceNumber.optional(),
  /** Absent or -1: every one. */
  minor: deviceNumber.optional(),
  /** Letters of r (read), w (write) and m (mknod); absent: all three. An "a" among them says nothing: see `accessOf`. */
  access: text
    .refine((value) => /^[rwma]{1,4}$/.test(value) && /[rwm]/.test(value), {
      error: 'letters of "r", "w" and "m"',
    })
    .default('rwm'),
});

/** A device node in the container's /dev. */
export type Device = z.infer<typeof deviceSchema>;

/** Which devices processes of a cgroup may open or make. */
export type DeviceRule = z.infer<typeof deviceRuleSchema>;
