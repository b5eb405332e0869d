import { parseDaemonConfig } from '../../../runtime/config/daemon-config.ts';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { readTextIfExists } from '../../../runtime/host/files.ts';
import {
  mergeRegistryMirrors,
  registryMirrorsOf,
  socketsOf,
} from '../../../templates/daemon-json.ts';
import { abandonRun, applyPlan, type ApplyWork } from '../../apply/apply-plan.ts';
import type { VerbContext } from '../../cli/verb.ts';
import { places } from '../../host/places.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { requireFinished, withJournal } from '../../journal/with-journal.ts';
import { planFor, type Plan } from '../../plan/plan.ts';
import type { Step } from '../../steps/index.ts';
import { waitForDaemon } from '../../up/wait-for-daemon.ts';
import type { RegistryChoice } from '../choose.ts';
import { backupSteps } from './config-steps.ts';
import { serviceStepAfter } from './service-step.ts';

/** What using a mirror works with. */
export interface UseEnvironment {
  readonly host: ProvisionHost;
  readonly context: VerbContext;
}

/** A daemon that has not answered by then will not, in milliseconds. */
const readyTimeoutMs = 60_000;

/** The mirrors of Docker Hub that daemon.json names now. Throws MIRROR_USE_REFUSED on a host without one. */
export async function presentMirrors(host: ProvisionHost): Promise<readonly string[]> {
  return registryMirrorsOf(await readConfig(host));
}

interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

async function readConfig(host: ProvisionHost): Promise<ConfigFile> {
  const path = places.daemonConfig;
  const text = await readTextIfExists(host.path(path));
  if (text !== undefined) return { path, text };
  throw new BerthError('MIRROR_USE_REFUSED', {
    message: m.useNothing({ path }),
    remedy: m.useNothingRemedy(),
    details: { path },
  });
}

/** What has to change for a choice: daemon.json, a copy of it as it was, and the daemon, which takes the new one. */
export async function useRegistryPlan(
  choice: Exclude<RegistryChoice, { kind: 'leave' }>,
  { host, context }: UseEnvironment,
): Promise<Plan> {
  const file = await readConfig(host);
  const urls = choice.kind === 'mirrors' ? choice.urls : [];
  const after = mergeRegistryMirrors(file, urls);
  // A daemon that would not start with it is not stopped for it.
  parseDaemonConfig(after, file.path);
  const service = await serviceStepAfter({ before: file.text, after }, host, context.env);
  const steps: readonly Step[] =
    after === file.text
      ? []
      : [
          ...(await backupSteps(file.text, host)),
          { kind: 'write-file', path: places.daemonConfig, content: after, mode: 0o644 },
          ...(service === undefined ? [] : [service]),
        ];
  return planFor({ request: { verb: 'mirrors use', mirrors: urls.join(' ') }, steps }, host);
}

/**
 * Carries a plan of `useRegistryPlan` out as a journalled run of its own, which `berth down` undoes. A daemon that does not
 * come back is put back to where it was.
 *
 * @throws BerthError MIRROR_USE_REFUSED, UP_RUNNING, STEP_FAILED, INTERRUPTED, DAEMON_NOT_READY.
 */
export async function applyUse(plan: Plan, { host, context }: UseEnvironment): Promise<void> {
  const { clock } = context;
  await withJournal({ host, clock }, async (journal) => {
    requireFinished(journal, 'MIRROR_USE_REFUSED');
    const work: ApplyWork = { host, journal, signal: context.signal, listen: () => undefined };
    const run = await applyPlan(plan, work);
    if (!plan.steps.some(({ kind }) => kind === 'service')) return;
    try {
      await waitUntilReady({ host, context });
    } catch (error) {
      throw await abandonRun(run, { ...work, error, what: m.daemonAway() });
    }
  });
}

async function waitUntilReady({ host, context }: UseEnvironment): Promise<void> {
  const [socket = places.apiSocket] = socketsOf(await readConfig(host));
  await waitForDaemon({
    socketPath: host.path(socket),
    logFile: host.path(places.daemonLog),
    timeoutMs: readyTimeoutMs,
    clock: context.clock,
    signal: context.signal,
  });
}
