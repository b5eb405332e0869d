import type { VerbContext } from '../cli/verb.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { places } from '../host/places.ts';
import { requireRoot } from '../host/require-root.ts';
import { Journal } from '../journal/journal.ts';
import { takeProvisionLock } from '../journal/lock.ts';
import { serviceManager } from '../services/index.ts';
import type { ServiceAt, ServiceManager } from '../services/service-manager.ts';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import type { Step } from '../steps/index.ts';

/** What can be done to the service by hand. */
export type ServiceAction = 'start' | 'stop' | 'restart';

/** The service that `berth up` has set up, as its journal tells. Throws DAEMON_NOT_RUNNING when there is none. */
export async function installedService(
  host: ProvisionHost,
  context: VerbContext,
): Promise<Extract<Step, { kind: 'service' }>> {
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

/** Starts, stops or restarts the service. Containers run on in any case. Throws NOT_ROOT, UP_RUNNING, DAEMON_NOT_RUNNING. */
export async function controlService(
  action: ServiceAction,
  at: { readonly context: VerbContext; readonly host: ProvisionHost },
): Promise<void> {
  const { context, host } = at;
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
    if (action !== 'start') await manager.stop(host, named);
    if (action !== 'stop') await manager.start(host, named);
    await context.console.output.write(`${action === 'stop' ? m.stopped() : m.started()}\n`);
  } finally {
    await lock.release();
  }
}
