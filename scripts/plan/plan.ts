import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bindStep, stepSchema, type Step } from '../steps/index.ts';
import { canonicalJson } from './canonical-json.ts';

/** What is to be done on a host, in order, and what the host looked like when that was decided. */
export const planSchema = z.strictObject({
  version: z.literal(1),
  /** The wish that led to the steps; a run that was killed is only continued for the same wish. */
  request: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
  steps: z.array(stepSchema),
  /** For each step, the state of what it changes when the plan was made (`StepKind.observe`). */
  observed: z.array(z.string()),
});

/** A plan: typed steps over a host as it was seen. */
export type Plan = z.infer<typeof planSchema>;

/** The wish behind a plan, as plain values. */
export type PlanRequest = Plan['request'];

/** Looks at what each step would change and joins both to a plan. Changes nothing. */
export async function planFor(
  wish: { readonly request: PlanRequest; readonly steps: readonly Step[] },
  host: ProvisionHost,
): Promise<Plan> {
  // All at once: looking changes nothing, and a part of it waits for programs of the host.
  const observed = await Promise.all(wish.steps.map((step) => bindStep(step).observe(host)));
  return { version: 1, request: wish.request, steps: [...wish.steps], observed };
}

/** SHA-256 of a plan, as `sha256:<hex>`: the same wish on the same host has the same hash. */
export function planHash(plan: Plan): string {
  return `sha256:${createHash('sha256').update(canonicalJson(plan)).digest('hex')}`;
}

/** Steps of a plan that would change something now, with their place in the plan. */
export async function pendingSteps(
  plan: Plan,
  host: ProvisionHost,
): Promise<readonly { readonly index: number; readonly step: Step }[]> {
  const done = await Promise.all(plan.steps.map((step) => bindStep(step).isDone(host)));
  return plan.steps.flatMap((step, index) => (done[index] === true ? [] : [{ index, step }]));
}
