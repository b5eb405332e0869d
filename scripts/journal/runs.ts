import type { Plan } from '../plan/plan.ts';
import type { JournalRecord } from './record.ts';

/** How far a run has come, told from its records. */
export interface Run {
  readonly id: string;
  readonly begunAt: string;
  readonly plan: Plan;
  /**
   * `applying`: killed, or at work now. `done`: all steps applied. `rolling-back`: it only goes backwards, whether a
   * failure or `berth down` asked for that. `rested`: undone but for what was left in place on purpose.
   */
  readonly phase: 'applying' | 'done' | 'rolling-back' | 'rested';
  /** Whether all its steps were applied once, whatever came of it later. */
  readonly finished: boolean;
  /** By step: what undoing needs, for those steps that are not undone. */
  readonly undo: ReadonlyMap<number, unknown>;
}

interface GrowingRun {
  id: string;
  begunAt: string;
  plan: Plan;
  phase: Run['phase'];
  finished: boolean;
  undo: Map<number, unknown>;
}

/** The runs that a journal tells of, oldest first. Records of unknown runs cannot be: `begin` comes first. */
export function runsOf(records: readonly JournalRecord[]): readonly Run[] {
  const runs = new Map<string, GrowingRun>();
  for (const record of records) {
    if (record.type === 'begin') {
      const { run: id, at: begunAt, plan } = record;
      runs.set(id, { id, begunAt, plan, phase: 'applying', finished: false, undo: new Map() });
    } else if (record.type !== 'created') {
      const run = runs.get(record.run);
      if (run !== undefined) advance(run, record);
    }
  }
  return [...runs.values()];
}

function advance(
  run: GrowingRun,
  record: Exclude<JournalRecord, { type: 'begin' | 'created' }>,
): void {
  switch (record.type) {
    case 'undo':
      run.undo.set(record.step, record.captured);
      return;
    case 'applied':
      return;
    case 'done':
      run.phase = 'done';
      run.finished = true;
      return;
    case 'rolling-back':
      run.phase = 'rolling-back';
      return;
    case 'rested':
      run.phase = 'rested';
      return;
    case 'undone':
      run.undo.delete(record.step);
  }
}
