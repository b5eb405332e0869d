import { upMessages as m } from '../../messages/areas/up.ts';
import { abandonRun, applyPlan, type ApplyWork } from '../apply/apply-plan.ts';
import { recover, type Recovery } from '../apply/recover.ts';
import { places } from '../host/places.ts';
import { requireRoot } from '../host/require-root.ts';
import type { Journal } from '../journal/journal.ts';
import { withJournal } from '../journal/with-journal.ts';
import { savePlan } from '../plan/plan-file.ts';
import type { Plan } from '../plan/plan.ts';
import { renderPlan, viewPlan } from '../plan/render-plan.ts';
import { smokeTest } from '../smoke/smoke-test.ts';
import { confirmed } from '../ui/confirm.ts';
import { telling } from '../ui/render-event.ts';
import { decide, requestOf, type Decision } from './decide.ts';
import type { UpEnvironment } from './environment.ts';
import { guardDataRoot } from './guard-data-root.ts';
import { guardSockets } from './guard-sockets.ts';
import { upFeatures } from './features/index.ts';
import type { UpOptions } from './options.ts';
import type { UpResult } from './result.ts';
import { startProof } from './start-proof.ts';
import { watchEndings } from './ending-daemon.ts';
import { removeLook } from '../upgrade/target.ts';
import { waitForDaemon } from './wait-for-daemon.ts';

/** A daemon that has not answered by then will not, in milliseconds. */
const readyTimeoutMs = 120_000;

/**
 * `berth up`: check, plan, confirm, apply, wait for the engine, run hello-world. Whatever fails on the way, the host is
 * as before when this throws.
 *
 * @throws BerthError NOT_ROOT, UP_RUNNING, CHECK_FAILED, PLAN_*, STEP_FAILED, SOCKET_TAKEN, PATH_IN_THE_WAY,
 *   DAEMON_NOT_READY, SMOKE_FAILED, INTERRUPTED.
 */
export async function up(options: UpOptions, env: UpEnvironment): Promise<UpResult> {
  if (options.dryRun || options.savePlan !== undefined) return onlyPlan(options, env);
  requireRoot('up');
  const { host, context } = env;
  return withJournal({ host, clock: context.clock }, (journal) => change(options, env, journal));
}

async function onlyPlan(options: UpOptions, env: UpEnvironment): Promise<UpResult> {
  const decision = await decide(options, env);
  const plan = await viewPlan(decision.plan, env.host);
  const result = {
    outcome: 'planned',
    plan,
    checks: countsOf(decision),
    recovery: 'none',
  } as const;
  if (options.savePlan === undefined) return result;
  await savePlan(options.savePlan, decision.plan);
  return { ...result, savedTo: options.savePlan };
}

async function change(options: UpOptions, env: UpEnvironment, journal: Journal): Promise<UpResult> {
  await removeLook(env.host);
  const recovery = await recoverFirst(options, { env, journal });
  const decision = await decide(options, env);
  env.context.signal.throwIfAborted();
  const plan = await viewPlan(decision.plan, env.host);
  const base = { plan, checks: countsOf(decision), recovery } as const;
  if (plan.changes.length === 0) {
    const engine = await waitUntilReady(decision.plan, env);
    // A run that was killed after its last step has not come to this yet.
    await finishFeatures(decision.plan, env, engine);
    return { ...base, outcome: 'unchanged', engine };
  }
  await guardSockets(env.host, decision.plan);
  await guardDataRoot(env.host, decision.plan);
  await env.progress.say(`\n${renderPlan(plan, 'steps')}\n`);
  const question = {
    message:
      plan.changes.length === 1 ? m.questionOne() : m.questionMany({ count: plan.changes.length }),
    usually: 'yes',
    // Everything that up does can be undone, so a script may run it as the README's one command.
    unattended: 'go-on',
  } as const;
  if (!(await confirmed(question, { context: env.context, yes: options.yes }))) {
    return { ...base, outcome: 'declined' };
  }
  return { ...base, outcome: 'changed', ...(await carryOut(decision, { options, env, journal })) };
}

/** A run that was killed comes first: it is continued or undone before anything else is looked at. */
async function recoverFirst(
  options: UpOptions,
  { env, journal }: { readonly env: UpEnvironment; readonly journal: Journal },
): Promise<Recovery> {
  if (journal.unfinished === undefined) return 'none';
  return env.progress.stage(m.stageRecovering(), (tell) =>
    recover(requestOf(options), workOf(env, { journal, tell })),
  );
}

function workOf(
  env: UpEnvironment,
  { journal, tell }: { readonly journal: Journal; readonly tell: (line: string) => void },
): ApplyWork {
  return {
    host: env.host,
    journal,
    signal: env.context.signal,
    listen: telling(tell),
  };
}

/** Applies the plan and proves that it led to where it should; else the run is undone. */
async function carryOut(
  decision: Decision,
  using: { readonly options: UpOptions; readonly env: UpEnvironment; readonly journal: Journal },
): Promise<Pick<UpResult, 'engine' | 'smoke' | 'summary'>> {
  const { options, env, journal } = using;
  const { summary } = decision;
  const run = await env.progress.stage(m.stageSettingUp(), (tell) =>
    applyPlan(decision.plan, workOf(env, { journal, tell })),
  );
  const proof = startProof(decision);
  try {
    const engine = await waitUntilReady(decision.plan, env);
    await finishFeatures(decision.plan, env, engine);
    const smoke = options.smokeTest
      ? await env.progress.stage(m.stageHello(), () =>
          smokeTest({ socketPath: engine.socketPath, signal: env.context.signal }),
        )
      : undefined;
    await proof.told(env.progress);
    return { engine, summary, ...(smoke === undefined ? {} : { smoke }) };
  } catch (error) {
    await Promise.allSettled([proof.ended]);
    throw await env.progress.stage(m.stageUndoing(), (tell) =>
      abandonRun(run, { ...workOf(env, { journal, tell }), error, what: m.notUp() }),
    );
  }
}

/** What features do through the running engine. */
async function finishFeatures(
  { request }: Plan,
  env: UpEnvironment,
  engine: NonNullable<UpResult['engine']>,
): Promise<void> {
  const { host, context } = env;
  for (const { whenReady } of upFeatures) {
    if (whenReady === undefined || !(whenReady.key in request)) continue;
    await env.progress.stage(m.stageFinishing(), (tell) =>
      whenReady.run(request, { host, context, tell, engine }),
    );
  }
}

/** Waits at the socket that the plan wants: a saved one may name another than the options of today. */
function waitUntilReady(
  { request, steps }: Plan,
  env: UpEnvironment,
): Promise<NonNullable<UpResult['engine']>> {
  const { socket } = request;
  const service = steps.find((step) => step.kind === 'service');
  const socketPath = env.host.path(typeof socket === 'string' ? socket : places.apiSocket);
  const { clock, signal } = env.context;
  const logFile = env.host.path(places.daemonLog);
  return env.progress.stage(m.stageWaiting(), async (tell) => {
    const readyMs = await waitForDaemon({
      socketPath,
      logFile,
      timeoutMs: readyTimeoutMs,
      ...(service === undefined
        ? {}
        : { hopeless: watchEndings(service, { host: env.host, clock }) }),
      clock,
      signal,
    });
    tell(m.answers({ socket: socketPath, ms: readyMs }));
    return { socketPath, readyMs };
  });
}

function countsOf({ findings }: Decision): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status } of findings) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
