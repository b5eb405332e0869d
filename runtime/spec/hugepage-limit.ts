import type { z } from 'zod';
import { record, text, uint64 } from './fields.ts';

/**
 * `linux.resources.hugepageLimits[]`:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#huge-page-limits
 */
export const hugepageLimitSchema = record({
  /** As the kernel names its files: `64KB`, `2MB`, `1GB`. */
  pageSize: text.refine((value) => /^[1-9]\d*[KMG]B$/.test(value), {
    error: 'a size of pages such as "2MB" or "1GB"',
  }),
  /** Bytes; 0 is none at all, and not "no limit". */
  limit: uint64,
});

/** How much memory there may be in huge pages of one size. */
export type HugepageLimit = z.infer<typeof hugepageLimitSchema>;
