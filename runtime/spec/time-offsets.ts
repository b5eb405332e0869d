import { z } from 'zod';
import { int64, integer, record } from './fields.ts';

/** The clocks of time_namespaces(7) that can have an offset. */
export const offsetClocks = ['monotonic', 'boottime'] as const;

const timeOffsetSchema = record({
  /** Seconds; a container that was moved here from another machine may need less than this one has. */
  secs: int64.default(0),
  /** Nanoseconds, added to `secs` also when that is negative. */
  nanosecs: integer(0, 999_999_999).default(0),
});

/**
 * `linux.timeOffsets`, by clock:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#offset-for-time-namespace
 */
export const timeOffsetsSchema = z
  .partialRecord(z.enum(offsetClocks), timeOffsetSchema, {
    error: `an object with offsets of "${offsetClocks.join('" and "')}"`,
  })
  .readonly();

/** How far the clocks of a new time namespace are from the host's. */
export type TimeOffsets = z.infer<typeof timeOffsetsSchema>;
