import { z } from 'zod';
import { oneOf, record, text } from './fields.ts';

/** `linux.personality`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#personality */
export const personalitySchema = record({
  /** LINUX32: uname(2) names a 32-bit processor, such as i686. */
  domain: oneOf(['LINUX', 'LINUX32']),
  /** "Currently no flag values are supported": one that is ignored would be worse than one that is refused. */
  flags: z
    .array(text, { error: 'a list' })
    .max(0, { error: 'an empty list: the specification knows no flags' })
    .readonly()
    .default([]),
});

/** What kind of machine the kernel pretends to be (personality(2)). */
export type Personality = z.infer<typeof personalitySchema>;
