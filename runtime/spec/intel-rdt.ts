import type { z } from 'zod';
import { flag, record, text } from './fields.ts';

/** Names that resctrl has for folders of its own. */
const taken = ['info', 'mon_groups', 'mon_data'];

/** One folder below the mount of resctrl; empty means none, as Go programs write it. */
const closId = text.refine(
  (name) => !/[/\r\n]/.test(name) && !['.', '..', ...taken].includes(name),
  { error: `the name of a folder, other than "${taken.join('", "')}"` },
);

/** "The value MUST start with `MB:` and MUST NOT contain newlines." */
const memBwSchema = text.refine((value) => value === '' || /^MB:[^\r\n]*$/.test(value), {
  error: 'one line that begins with "MB:"',
});

/** `linux.intelRdt`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#intelrdt */
export const intelRdtSchema = record({
  /** Class of service; absent: one of the container's own. */
  closID: closId.optional(),
  /** Lines for `schemata`, such as `L3:0=7f0;1=1f`. */
  l3CacheSchema: text.optional(),
  memBwSchema: memBwSchema.optional(),
  /** Whether the use of the last-level cache is to be counted for the container. */
  enableCMT: flag.default(false),
  /** Whether the use of memory bandwidth is. */
  enableMBM: flag.default(false),
});

/** What a container gets of caches and memory bandwidth, where the processor can divide them (Intel RDT). */
export type IntelRdt = z.infer<typeof intelRdtSchema>;
