import type { Recovery } from '../apply/recover.ts';
import type { PlanView } from '../plan/render-plan.ts';
import type { SmokeReport } from '../smoke/smoke-test.ts';

/** What `berth up` did; `--json` prints exactly this. */
export interface UpResult {
  /** `planned`: only shown. `declined`: the question was answered with no. */
  readonly outcome: 'planned' | 'declined' | 'unchanged' | 'changed';
  readonly plan: PlanView;
  /** Numbers of findings by status. */
  readonly checks: Readonly<Record<string, number>>;
  /** What became of an earlier run that had been killed. */
  readonly recovery: Recovery;
  readonly engine?: {
    readonly socketPath: string;
    /** From the end of the last step to the first answered `/_ping`, in milliseconds. */
    readonly readyMs: number;
  };
  readonly smoke?: SmokeReport;
  /** What features say at the end, for people. */
  readonly summary?: readonly string[];
  /** File that the plan was saved to. */
  readonly savedTo?: string;
}
