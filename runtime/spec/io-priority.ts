import type { z } from 'zod';
import { integer, oneOf, record } from './fields.ts';

/** The classes of ioprio_set(2). */
export const ioPriorityClasses = [
  'IOPRIO_CLASS_RT',
  'IOPRIO_CLASS_BE',
  'IOPRIO_CLASS_IDLE',
] as const;

/** `process.ioPriority`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#linux-process */
export const ioPrioritySchema = record({
  class: oneOf(ioPriorityClasses),
  /** Within the class; 0 is the most favoured. It means nothing in IOPRIO_CLASS_IDLE. */
  priority: integer(0, 7).default(0),
});

/** In which order the disk serves the container's program. */
export type IoPriority = z.infer<typeof ioPrioritySchema>;
