import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bindStep } from '../steps/index.ts';
import { pendingSteps, planHash, type Plan } from './plan.ts';

/** A step as `--dry-run` shows it. */
interface PlannedStep {
  readonly index: number;
  readonly step: string;
  /** Unified diff, or `was -> will be`. */
  readonly diff: string;
}

/** What a plan would change on a host now. */
export interface PlanView {
  readonly hash: string;
  /** Steps that would change something. */
  readonly changes: readonly PlannedStep[];
  /** Number of steps that are done already. */
  readonly done: number;
}

/** Looks at a plan against the host as it is. Changes nothing. */
export async function viewPlan(plan: Plan, host: ProvisionHost): Promise<PlanView> {
  const pending = await pendingSteps(plan, host);
  const changes: PlannedStep[] = [];
  for (const { index, step } of pending) {
    const bound = bindStep(step);
    changes.push({ index, step: bound.describe(), diff: await bound.diff(host) });
  }
  return { hash: planHash(plan), changes, done: plan.steps.length - pending.length };
}

/** The view as text: a line a step, what it changes below it. */
export function renderPlan(view: PlanView, detail: 'steps' | 'diffs'): string {
  const lines = view.changes.flatMap(({ step, diff }, position) => [
    `${position + 1}. ${step}`,
    ...(detail === 'diffs'
      ? diff
          .trimEnd()
          .split('\n')
          .map((line) => `     ${line}`)
      : []),
  ]);
  const rest = view.done === 0 ? [] : [m.moreDone({ count: view.done })];
  return [...lines, ...rest].join('\n');
}
