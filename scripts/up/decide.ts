import { oldDockerMessages as old } from '../../messages/areas/old-docker.ts';
import { upMessages as m } from '../../messages/areas/up.ts';
import type { Finding } from '../../checks/finding.ts';
import { dataRootOf } from '../../templates/daemon-json.ts';
import { places } from '../host/places.ts';
import { hostFacts } from '../plan/host-facts.ts';
import { loadPlan, requireFresh } from '../plan/plan-file.ts';
import { dockerContents } from '../old-docker/docker-contents.ts';
import { findDocker } from '../old-docker/find-docker.ts';
import { describeDocker } from '../old-docker/render-docker.ts';
import { planSteps } from '../plan/plan-steps.ts';
import { pendingSteps, planFor, type Plan, type PlanRequest } from '../plan/plan.ts';
import { daemonEnvironment } from '../program/daemon-command.ts';
import { plannedProgram } from '../program/planned-program.ts';
import { withKeptProxies } from '../program/kept-proxies.ts';
import type { UpEnvironment } from './environment.ts';
import { planFeatures, requestOfFeatures, type PlannedFeatures } from './features/plan-features.ts';
import { guardSystemFolder } from './guard-system-folder.ts';
import { checkHost } from './host-check.ts';
import type { UpOptions } from './options.ts';
import type { CheckTarget } from '../host/check-host.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

/** What is to be done, and what led to it. */
export interface Decision {
  readonly plan: Plan;
  /** Empty for a saved plan: its checks were run when it was made. */
  readonly findings: readonly Finding[];
  /** Checks that asked for a fix. */
  readonly fixed: readonly string[];
  readonly target: CheckTarget;
  /** What features have to say at the end. */
  readonly summary: readonly string[];
}

/** The wish behind `berth up`'s options. */
export function requestOf(options: UpOptions): PlanRequest {
  return {
    dataRoot: options.dataRoot ?? null,
    socket: options.socket,
    dockerSocket: options.dockerSocket ?? false,
    ...requestOfFeatures(options.features),
  };
}

/**
 * Checks the host and plans, or reads the saved plan. Changes nothing. Throws CHECK_FAILED, DAEMON_CONFIG_INVALID,
 * PLAN_INVALID, PLAN_STALE, USAGE (a data root that is a folder of the system).
 */
export async function decide(options: UpOptions, env: UpEnvironment): Promise<Decision> {
  const target = await targetOf(options, env.host);
  if (options.plan !== undefined) {
    return {
      plan: await savedPlan(options.plan, env),
      findings: [],
      fixed: [],
      target,
      summary: [],
    };
  }
  const [verdict, dockers] = await Promise.all([
    env.progress.stage(m.stageChecking(), (tell) =>
      checkHost(target, {
        skip: options.skip,
        tell,
        host: env.host,
        clock: env.context.clock,
      }),
    ),
    findDocker(env.host.run),
  ]);
  await tellOldDocker(dockers, { options, env });
  const { extras, summary } = await featuresOf(options, env);
  const steps = planSteps(
    {
      ...(options.dataRoot === undefined ? {} : { dataRoot: options.dataRoot }),
      apiSocket: options.socket,
      dockerSocket: options.dockerSocket ? 'serve' : 'leave',
      fixes: verdict.fixes,
      daemonArgv: plannedProgram(options).argv('daemon', ['--config', places.daemonConfig]),
      daemonEnvironment: daemonEnvironment(await withKeptProxies(env.context.env, env.host)),
      extras,
    },
    await hostFacts(env.host),
  );
  const plan = await planFor({ request: requestOf(options), steps }, env.host);
  return { plan, findings: verdict.findings, fixed: verdict.fixed, target, summary };
}

/** Nothing asked for besides the engine: then there is no stage to show either. */
async function featuresOf(options: UpOptions, env: UpEnvironment): Promise<PlannedFeatures> {
  const { host, context } = env;
  if (Object.keys(requestOfFeatures(options.features)).length === 0) {
    return { extras: { before: [], after: [], daemonConfig: {} }, summary: [] };
  }
  return env.progress.stage(m.stagePlanning(), (tell) =>
    planFeatures(options.features, { host, context, tell }),
  );
}

/** What of the host is to be checked. Throws USAGE (a data root that is a folder of the system). */
export async function targetOf(options: UpOptions, host: ProvisionHost): Promise<CheckTarget> {
  const { daemonConfig } = await hostFacts(host);
  const configured = dataRootOf({ path: places.daemonConfig, text: daemonConfig });
  const dataRoot = options.dataRoot ?? configured ?? places.dataRoot;
  const from = options.dataRoot === undefined ? places.daemonConfig : '--data-root';
  guardSystemFolder({ dataRoot, from });
  return {
    dataRoot,
    apiSocket: options.socket,
    download: 'none',
  };
}

async function savedPlan(path: string, env: UpEnvironment): Promise<Plan> {
  const plan = await loadPlan(path);
  // Applied before, by whomever: the host has moved to where the plan wants it, and that is no reason to complain.
  if ((await pendingSteps(plan, env.host)).length > 0) await requireFresh(plan, env.host);
  return plan;
}

/** A Docker that is here is shown with what it holds, so that nobody wonders what becomes of it. */
async function tellOldDocker(
  dockers: Awaited<ReturnType<typeof findDocker>>,
  { options, env }: { readonly options: UpOptions; readonly env: UpEnvironment },
): Promise<void> {
  if (requestOfFeatures(options.features)['replaceDocker'] === true) return;
  for (const docker of dockers) {
    const contents = await dockerContents(docker, env.host.run);
    const fate = docker.kind === 'rootless' ? old.rootlessStays() : old.leftAlone();
    await env.progress.say(`${describeDocker(docker, contents)}; ${fate}`);
  }
}
