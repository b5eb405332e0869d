import { BerthError } from '../../runtime/errors/berth-error.ts';
import { upMessages as m } from '../../messages/areas/up.ts';
import { socketsOf } from '../../templates/daemon-json.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { socketState } from '../host/socket-state.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import type { Plan } from '../plan/plan.ts';
import { serviceManager } from '../services/index.ts';

/**
 * Makes sure that the daemon can have the sockets that a plan gives it. A socket that nobody answers on may be replaced;
 * one that a daemon answers on is someone else's, unless berth's own daemon has it already.
 *
 * @throws BerthError SOCKET_TAKEN, PATH_IN_THE_WAY.
 */
export async function guardSockets(host: ProvisionHost, plan: Plan): Promise<void> {
  const held = [...(await heldByBerth(host, plan)), ...freedBy(plan)];
  for (const socket of wantedSockets(plan).filter((path) => !held.includes(path))) {
    const path = host.path(socket);
    const state = await socketState(path);
    if (state === 'listening') throw taken(path);
    if (state === 'not-a-socket') {
      throw new BerthError('PATH_IN_THE_WAY', {
        message: m.pathNotSocket({ path }),
        remedy: m.pathNotSocketRemedy({ path }),
        details: { path },
      });
    }
  }
}

/** Sockets of a Docker that the plan stops first. `/var/run` is a link to `/run`. */
function freedBy(plan: Plan): readonly string[] {
  const sockets = plan.steps.flatMap((step) => (step.kind === 'stop-docker' ? step.sockets : []));
  return sockets.flatMap((path) => [
    path,
    path.replace(/^\/run\//, '/var/run/'),
    path.replace(/^\/var\/run\//, '/run/'),
  ]);
}

function wantedSockets(plan: Plan): readonly string[] {
  const config = plan.steps.find(
    (step) => step.kind === 'write-file' && step.path === places.daemonConfig,
  );
  return config?.kind === 'write-file'
    ? socketsOf({ path: config.path, text: config.content })
    : [];
}

/** Sockets of berth's own daemon, when it runs under the service that the plan is about. */
async function heldByBerth(host: ProvisionHost, plan: Plan): Promise<readonly string[]> {
  const service = plan.steps.find((step) => step.kind === 'service');
  if (service === undefined) return [];
  const at = { name: service.name, path: service.definition.path };
  if (!(await serviceManager(service.manager).isActive(host, at))) return [];
  const text = await readTextIfExists(host.path(places.daemonConfig));
  return socketsOf({ path: places.daemonConfig, text });
}

function taken(path: string): BerthError {
  const docker = path === places.dockerSocket;
  return new BerthError('SOCKET_TAKEN', {
    message: m.socketTaken({ path }),
    remedy: docker ? m.socketTakenDocker() : m.socketTakenRemedy(),
    details: { path },
  });
}
