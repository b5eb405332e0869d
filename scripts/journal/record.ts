import { z } from 'zod';
import { planSchema } from '../plan/plan.ts';

/** Identifies one application of one plan. */
const run = z.string().min(1);
const step = z.int().nonnegative();

/**
 * One line of the journal. `undo` is on disk before a step touches anything; the others only say how far a run came,
 * so losing the last of them costs a repetition and never the way back.
 */
export const journalRecord = z.discriminatedUnion('type', [
  /** The first line. `stateFolder`: whether the folder that holds the journal was made for it. */
  z.object({ type: z.literal('created'), stateFolder: z.enum(['made', 'existed']) }),
  /** A run begins. The whole plan is kept, so that a killed run can be continued. */
  z.object({ type: z.literal('begin'), run, at: z.iso.datetime(), plan: planSchema }),
  /** What step `step` will have to put back. */
  z.object({ type: z.literal('undo'), run, step, captured: z.unknown() }),
  z.object({ type: z.literal('applied'), run, step }),
  z.object({ type: z.literal('done'), run, at: z.iso.datetime() }),
  /** From here on the run only goes backwards, also after being killed. */
  z.object({ type: z.literal('rolling-back'), run, reason: z.string() }),
  z.object({ type: z.literal('undone'), run, step }),
  /** Going back has come to its end; what is not undone was left in place on purpose (container data). */
  z.object({ type: z.literal('rested'), run }),
]);

/** One line of the journal, discriminated by `type`. */
export type JournalRecord = z.infer<typeof journalRecord>;
