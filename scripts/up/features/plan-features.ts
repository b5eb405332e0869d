import type { PlanExtras } from '../../plan/desired-state.ts';
import type { PlanRequest } from '../../plan/plan.ts';
import type { FeatureEnvironment, FeatureOptions, FeaturePlan, UpFeature } from './feature.ts';
import { upFeatures } from './index.ts';

/** What all features together plan. */
export interface PlannedFeatures {
  readonly extras: PlanExtras;
  /** Lines for the end of `berth up`. */
  readonly summary: readonly string[];
}

/** The wish that the options of all features express. Throws USAGE. */
export function requestOfFeatures(
  options: FeatureOptions,
  features: readonly UpFeature[] = upFeatures,
): PlanRequest {
  return Object.assign({}, ...features.map((feature) => feature.request(options))) as PlanRequest;
}

/** Asks every feature for its part of the plan, one after the other. Throws what they throw. */
export async function planFeatures(
  options: FeatureOptions,
  env: FeatureEnvironment,
  features: readonly UpFeature[] = upFeatures,
): Promise<PlannedFeatures> {
  const plans: FeaturePlan[] = [];
  for (const feature of features) plans.push(await feature.plan(options, env));
  return {
    extras: {
      before: plans.flatMap(({ before }) => before),
      after: plans.flatMap(({ after }) => after),
      daemonConfig: Object.assign({}, ...plans.map(({ daemonConfig }) => daemonConfig)) as Partial<
        FeaturePlan['daemonConfig']
      >,
    },
    summary: plans.flatMap(({ summary }) => summary),
  };
}
