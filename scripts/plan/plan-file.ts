import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { z } from 'zod';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readFile, writeFileWhole } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { bindStep } from '../steps/index.ts';
import { planHash, planSchema, type Plan } from './plan.ts';

const planFile = z.strictObject({ hash: z.string(), plan: planSchema });

/** Saves a plan, to be looked at and applied later with `berth up --plan FILE`. */
export async function savePlan(path: string, plan: Plan): Promise<void> {
  const text = `${JSON.stringify({ hash: planHash(plan), plan }, undefined, 2)}\n`;
  try {
    await writeFileWhole(path, text, { mode: 0o600, durability: 'disk' });
  } catch (cause) {
    throw new BerthError('PLAN_INVALID', {
      message: m.planUnsaved({ path, why: messageOf(cause) }),
      remedy: m.planUnsavedRemedy(),
      cause,
    });
  }
}

/** Reads a saved plan. Throws PLAN_INVALID when it cannot be read or was changed since. */
export async function loadPlan(path: string): Promise<Plan> {
  const { hash, plan } = await parse(path);
  if (planHash(plan) === hash) return plan;
  throw invalid(path, m.planHash({ found: planHash(plan), said: hash }));
}

async function parse(path: string): Promise<z.infer<typeof planFile>> {
  try {
    return planFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw invalid(path, why);
  }
}

function invalid(path: string, why: string): BerthError {
  return new BerthError('PLAN_INVALID', {
    message: m.planInvalid({ path, why }),
    remedy: m.planInvalidRemedy({ path }),
    details: { path },
  });
}

/** Throws PLAN_STALE when anything that the plan would change is not as it was when the plan was made. */
export async function requireFresh(plan: Plan, host: ProvisionHost): Promise<void> {
  const moved: { step: string; then: string; now: string }[] = [];
  for (const [index, step] of plan.steps.entries()) {
    const bound = bindStep(step);
    const then = plan.observed[index] ?? 'unknown';
    const now = await bound.observe(host);
    if (now !== then) moved.push({ step: bound.describe(), then, now });
  }
  if (moved.length === 0) return;
  const first = moved.map(({ step, then, now }) => m.planMoved({ step, before: then, now }));
  throw new BerthError('PLAN_STALE', {
    message: m.planStale({ moved: first.join('; ') }),
    remedy: m.planStaleRemedy(),
    details: { moved },
  });
}
