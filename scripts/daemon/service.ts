import type { VerbContext } from '../cli/verb.ts';
import { readDaemonConfig, type DaemonConfig } from '../../runtime/config/daemon-config.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import { messageOf, remedyOf } from '../../messages/error-words.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { places } from '../host/places.ts';
import { requireRoot } from '../host/require-root.ts';
import { Journal } from '../journal/journal.ts';
import { takeProvisionLock } from '../journal/lock.ts';
import { serviceManager } from '../services/index.ts';
import type { ServiceAt, ServiceManager } from '../services/service-manager.ts';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import type { Step } from '../steps/index.ts';
import { watchEndings } from '../up/ending-daemon.ts';
import { waitForDaemon } from '../up/wait-for-daemon.ts';

/** What can be done to the service by hand. */
export type ServiceAction = 'start' | 'stop' | 'restart';

/** A daemon that has not answered by then will not, in milliseconds. */
const readyTimeoutMs = 60_000;

type ServiceStep = Extract<Step, { kind: 'service' }>;

/** The service that `berth up` has set up, as its journal tells. Throws DAEMON_NOT_RUNNING when there is none. */
export async function installedService(
  host: ProvisionHost,
  context: VerbContext,
): Promise<ServiceStep> {
  const { runs } = await Journal.look(host, context.clock);
  const steps = runs.filter(({ phase }) => phase === 'done').flatMap(({ plan }) => plan.steps);
  const service = steps.findLast((step) => step.kind === 'service');
  if (service !== undefined) return service;
  throw new BerthError('DAEMON_NOT_RUNNING', {
    message: m.noService(),
    remedy: m.runUp(),
  });
}

/** Not only what would start it when a client comes. */
async function runsNow(
  manager: ServiceManager,
  at: { readonly host: ProvisionHost; readonly named: ServiceAt },
): Promise<boolean> {
  if (!(await manager.isActive(at.host, at.named))) return false;
  return (await manager.daemonPid(at.host, at.named)) !== undefined;
}

/** Where a service is acted on. */
interface ServiceWork {
  readonly context: VerbContext;
  readonly host: ProvisionHost;
}

/**
 * Starts, stops or restarts the service. Containers run on in any case. A daemon that runs is not stopped for one that
 * could not read its configuration, and one that was started has answered when this resolves.
 *
 * @throws BerthError NOT_ROOT, UP_RUNNING, DAEMON_NOT_RUNNING, DAEMON_CONFIG_INVALID, DAEMON_NOT_READY.
 */
export async function controlService(action: ServiceAction, work: ServiceWork): Promise<void> {
  const { context, host } = work;
  requireRoot(`daemon ${action}`);
  const lock = await takeProvisionLock(host.path(places.lock));
  try {
    const service = await installedService(host, context);
    const manager = serviceManager(service.manager);
    const named = { name: service.name, path: service.definition.path };
    if (action === 'start' && (await runsNow(manager, { host, named }))) {
      await context.console.output.write(`${m.runsAlready()}\n`);
      return;
    }
    const config = action === 'stop' ? undefined : await usableConfig(action, host);
    if (action !== 'start') await manager.stop(host, named);
    if (config !== undefined) {
      await manager.start(host, named);
      await waitUntilReady(config, { ...work, service });
    }
    await context.console.output.write(`${action === 'stop' ? m.stopped() : m.started()}\n`);
  } finally {
    await lock.release();
  }
}

/** The configuration that the daemon is going to read, by its own parser. @throws BerthError DAEMON_CONFIG_INVALID */
async function usableConfig(
  action: 'start' | 'restart',
  host: ProvisionHost,
): Promise<DaemonConfig> {
  try {
    return await readDaemonConfig(host.path(places.daemonConfig));
  } catch (error) {
    if (action === 'start' || !isBerthError(error)) throw error;
    const remedy = remedyOf(error);
    throw new BerthError(error.code, {
      message: m.notStopped({ why: messageOf(error) }),
      ...(remedy === undefined ? {} : { remedy }),
      details: error.details,
      cause: error,
    });
  }
}

/** Waits at every socket: another engine may answer on one of them. */
async function waitUntilReady(
  { sockets }: DaemonConfig,
  { context, host, service }: ServiceWork & { readonly service: ServiceStep },
): Promise<void> {
  const { clock, signal } = context;
  for (const socket of sockets) {
    await waitForDaemon({
      socketPath: host.path(socket),
      logFile: host.path(places.daemonLog),
      timeoutMs: readyTimeoutMs,
      hopeless: watchEndings(service, { host, clock }),
      clock,
      signal,
    });
  }
}
