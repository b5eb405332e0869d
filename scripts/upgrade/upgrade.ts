import { basename, dirname } from 'node:path';
import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import { messageOf, remedyOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import { bootId } from '../../runtime/host/boot-id.ts';
import { readTextIfExists, rm } from '../../runtime/host/files.ts';
import { applyPlan, type ApplyWork } from '../apply/apply-plan.ts';
import { recover, type Recovery } from '../apply/recover.ts';
import { currentVersion } from '../bundle/install-bundle.ts';
import type { VerbContext } from '../cli/verb.ts';
import { installedService } from '../daemon/service.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { requireRoot } from '../host/require-root.ts';
import type { Journal } from '../journal/journal.ts';
import { withJournal } from '../journal/with-journal.ts';
import { planFor, type Plan } from '../plan/plan.ts';
import { bundleHome } from '../program/bundle-home.ts';
import { passedOn } from '../program/daemon-command.ts';
import { berthProgram } from '../program/self.ts';
import { serviceManager } from '../services/index.ts';
import type { Step } from '../steps/index.ts';
import type { Progress, Tell } from '../ui/progress.ts';
import { telling } from '../ui/render-event.ts';
import { EngineQuestions, type RunningContainer } from './engine.ts';
import type { UpgradeOptions } from './options.ts';
import { answersAgain } from './prove-engine.ts';
import { askServiceFiles } from './service-files.ts';
import { findTarget, installedVersions, type UpgradeTarget } from './target.ts';

/** What `berth upgrade` works with. */
export interface UpgradeEnvironment {
  readonly context: VerbContext;
  readonly progress: Progress;
  readonly host: ProvisionHost;
}

/** How an upgrade ended; `--json` prints exactly this. */
export interface UpgradeResult {
  readonly outcome: 'changed' | 'unchanged';
  /** Version that ran before. */
  readonly from: string;
  readonly to: string;
  /** How many containers ran on. */
  readonly containers: number;
  /** What became of a run that had been killed. */
  readonly recovery: Recovery;
  /** Versions that were removed: all but this one, the one before, and those whose packages apt still reads. */
  readonly pruned: readonly string[];
}

/**
 * `berth upgrade`: puts another version beside the one that runs, starts its daemon in the other one's place, and proves
 * that it works. Whatever fails on the way, also a daemon that crashes, hangs or loses a container, the version before runs
 * again when this throws; when this is killed, the next `upgrade`, `up` or `down` brings it to an end or back.
 *
 * @throws BerthError NOT_ROOT, UP_RUNNING, DAEMON_NOT_RUNNING (no service of berth), UPGRADE_TARGET_MISSING, BUNDLE_CORRUPT,
 *   UPGRADE_NO_DEFINITION, UPGRADE_UNHEALTHY, STEP_FAILED, DAEMON_NOT_READY, ROLLBACK_INCOMPLETE, INTERRUPTED
 */
export async function upgrade(
  options: UpgradeOptions,
  env: UpgradeEnvironment,
): Promise<UpgradeResult> {
  requireRoot('upgrade');
  const { host, context } = env;
  return withJournal({ host, clock: context.clock }, (journal) =>
    change(options, { ...env, journal }),
  );
}

interface Work extends UpgradeEnvironment {
  readonly journal: Journal;
}

async function change(options: UpgradeOptions, work: Work): Promise<UpgradeResult> {
  const { host, journal, context, progress } = work;
  const target = await findTarget(options, {
    host,
    journal,
    workingDirectory: context.workingDirectory,
  });
  try {
    const request = { upgrade: target.version };
    const recovery = await recoverFirst(request, work);
    const { plan, from, containers } = await progress.stage(m.stageLooking(), (tell) =>
      planUpgrade(target, { ...work, timeoutMs: options.timeoutMs }, tell),
    );
    const base = { from, to: target.version, containers: containers.length, recovery };
    if (await isThereAlready(plan, work)) return { ...base, outcome: 'unchanged', pruned: [] };
    await switchOver(plan, { ...work, from });
    const pruned = await prune(host, [target.version, from, ...versionsAptReads(journal)]);
    return { ...base, outcome: 'changed', pruned };
  } finally {
    await target.dispose();
  }
}

/** A run that was killed comes first: it is brought to its end for the same version, and back for another. */
async function recoverFirst(request: Plan['request'], work: Work): Promise<Recovery> {
  if (work.journal.unfinished === undefined) return 'none';
  return work.progress.stage(m.stageRecovering(), async (tell) => {
    const how = await recover(request, applying(work, tell));
    if (how !== 'none') tell(m.recovered({ how }));
    return how;
  });
}

function applying({ host, journal, context }: Work, tell: Tell): ApplyWork {
  return {
    host,
    journal,
    signal: context.signal,
    listen: telling(tell),
  };
}

type ServiceStep = Extract<Step, { kind: 'service' }>;

async function planUpgrade(
  target: UpgradeTarget,
  work: Work & { readonly timeoutMs: number },
  tell: Tell,
): Promise<{ plan: Plan; from: string; containers: readonly RunningContainer[] }> {
  const { host, context } = work;
  const { signal } = context;
  const now = await installedService(host, context);
  const socket = socketOf(work.journal);
  const seen = await lookAt(new EngineQuestions(host.path(socket), signal));
  const from = seen.version ?? (await currentVersion(host)) ?? berthProgram().version;
  const env = await environmentOfDaemon(host, now, context.env);
  const files = await askServiceFiles(host, { program: target.program, env, signal });
  const { version, source } = target;
  tell(m.fromTo({ from, to: version, containers: seen.containers.length }));
  const boot = await bootId();
  const steps: readonly Step[] = [
    { kind: 'install-bundle', version, source },
    { kind: 'service', name: now.name, leftovers: now.leftovers, ...files },
    {
      kind: 'prove-engine',
      version,
      socket,
      timeoutMs: work.timeoutMs,
      manager: files.manager,
      service: { name: now.name, path: files.definition.path },
      ...(boot === undefined ? {} : { boot }),
      containers: [...seen.containers],
    },
  ];
  const plan = await planFor({ request: { upgrade: version }, steps }, host);
  return { plan, from, containers: seen.containers };
}

/** What the engine that runs now says; an engine that is broken is no reason to keep it. */
async function lookAt(
  engine: EngineQuestions,
): Promise<{ version: string | undefined; containers: readonly RunningContainer[] }> {
  try {
    return { version: await engine.version(), containers: await engine.running() };
  } catch {
    return { version: undefined, containers: [] };
  }
}

function socketOf(journal: Journal): string {
  const run = journal.runs.findLast(({ plan }) => 'socket' in plan.request);
  const socket = run?.plan.request['socket'];
  return typeof socket === 'string' ? socket : places.apiSocket;
}

/** The proxies of the daemon that runs: they came from whoever ran `berth up`, and are not for an upgrade to lose. */
async function environmentOfDaemon(
  host: ProvisionHost,
  service: ServiceStep,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>>> {
  const at = { name: service.name, path: service.definition.path };
  const pid = await serviceManager(service.manager).daemonPid(host, at);
  const text = pid === undefined ? undefined : await readTextIfExists(`/proc/${pid}/environ`);
  const running = text?.split('\0').map((variable) => {
    const [name = '', ...value] = variable.split('=');
    return [name, value.join('=')] as const;
  });
  const from = new Map(running ?? Object.entries(env));
  // An empty one, because the variables of this process would be taken where there is none.
  return Object.fromEntries(passedOn.map((name) => [name, from.get(name) ?? '']));
}

/** Whether all but the proof is done: the version is installed, is the current one, and its daemon runs. */
async function isThereAlready(plan: Plan, { host }: Work): Promise<boolean> {
  const { bindStep } = await import('../steps/index.ts');
  for (const step of plan.steps) {
    if (step.kind !== 'prove-engine' && !(await bindStep(step).isDone(host))) return false;
  }
  return true;
}

async function switchOver(plan: Plan, work: Work & { readonly from: string }): Promise<void> {
  const { progress, from } = work;
  try {
    await progress.stage(m.stageSwitching(), (tell) => applyPlan(plan, applying(work, tell)));
  } catch (error) {
    if (!isBerthError(error)) throw error;
    throw await progress.stage(m.stageFallBack(), () => fallenBack(error, { ...work, from }));
  }
}

/** The run is undone; says whether the version before answers again, as the same error. */
async function fallenBack(
  error: BerthError,
  { host, journal, from }: Work & { readonly from: string },
): Promise<BerthError> {
  const failed = messageOf(error);
  try {
    await answersAgain(host.path(socketOf(journal)));
    return restated(error, m.oldIsBack({ version: from, failed }));
  } catch (why) {
    return new BerthError(error.code, {
      message: m.oldIsGone({ version: from, failed, why: messageOf(why) }),
      remedy: m.oldIsGoneRemedy(),
      details: error.details,
      cause: error,
    });
  }
}

function restated(error: BerthError, message: string): BerthError {
  const { code, details } = error;
  const remedy = remedyOf(error);
  return new BerthError(code, {
    message,
    ...(remedy === undefined ? {} : { remedy }),
    details,
    cause: error,
  });
}

/**
 * Versions whose packages a source of apt names, now or after a run is undone: without the folder every "apt-get update"
 * would fail.
 */
export function versionsAptReads(journal: Pick<Journal, 'runs'>): readonly string[] {
  return journal.runs
    .flatMap(({ plan }) => plan.steps)
    .filter((step) => step.kind === 'bundled-packages')
    .map(({ folder }) => basename(dirname(folder)));
}

/** Removes versions but those; a program that still runs from one keeps its files until it ends. */
async function prune(host: ProvisionHost, keep: readonly string[]): Promise<readonly string[]> {
  const old = (await installedVersions(host)).filter((version) => !keep.includes(version));
  for (const version of old) {
    await rm(host.path(bundleHome(version)), { recursive: true, force: true });
  }
  return old;
}
