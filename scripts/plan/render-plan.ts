import { z } from 'zod';
import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bindStep } from '../steps/index.ts';
import { pendingSteps, planHash, type Plan } from './plan.ts';

/** A step as `--dry-run` shows it. */
const plannedStep = z.object({
  index: z.int().nonnegative(),
  step: z.string(),
  /** Unified diff, or `was -> will be`. */
  diff: z.string(),
});

/** What a plan would change on a host now, as `--json` has it. */
export const planView = z.object({
  hash: z.string(),
  /** Steps that would change something. */
  changes: z.array(plannedStep).readonly(),
  /** Number of steps that are done already. */
  done: z.int().nonnegative(),
});

/** What a plan would change on a host now. */
export type PlanView = Readonly<z.infer<typeof planView>>;

/** Looks at a plan against the host as it is. Changes nothing. */
export async function viewPlan(plan: Plan, host: ProvisionHost): Promise<PlanView> {
  const pending = await pendingSteps(plan, host);
  const changes = await Promise.all(
    pending.map(async ({ index, step }) => {
      const bound = bindStep(step);
      return { index, step: bound.describe(), diff: await bound.diff(host) };
    }),
  );
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
