import type { VerbInput } from '../verb.ts';

/** Options of `berth cp`. */
export interface CopyOptions {
  readonly archive?: true;
  readonly followLink?: true;
  readonly quiet?: true;
}

/** What both directions of a copy work with. */
export type CopyInput = Pick<VerbInput<CopyOptions>, 'context' | 'client' | 'options'>;
