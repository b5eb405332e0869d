import { z } from 'zod';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { readSupervisor, stopSupervisor } from '../supervisor/supervisor.ts';
import { startSupervisor } from '../../runtime/supervise/start-supervisor.ts';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import { runsDefinition } from './definition-mark.ts';
import type { ServiceManager, ServiceAt } from './service-manager.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** The definition of a supervised service: all that starting it needs. */
const definitionSchema = z.object({
  argv: z.tuple([z.string()], z.string()),
  environment: z.array(z.string()),
  logFile: z.string(),
});

/** The pauses between starts of a daemon that keeps ending, and its time to stop. */
const timing = {
  backOff: { firstMs: 100, longestMs: 10_000, resetAfterMs: 10_000 },
  graceMs: 15_000,
} as const;

async function definitionOf(
  host: ProvisionHost,
  service: ServiceAt,
): Promise<z.infer<typeof definitionSchema>> {
  const path = host.path(service.path);
  try {
    return definitionSchema.parse(JSON.parse((await readTextIfExists(path)) ?? ''));
  } catch (cause) {
    throw new BerthError('DAEMON_NOT_RUNNING', {
      message: m.noDefinition({ path, why: messageOf(cause) }),
      remedy: m.noDefinitionRemedy(),
      cause,
    });
  }
}

/** berth's own supervisor, on hosts without systemd or OpenRC. It does not survive a reboot; neither does its definition. */
export const supervised: ServiceManager = {
  isActive: async (host, { path }) => {
    const supervisor = await readSupervisor(host);
    if (supervisor === undefined) return false;
    const { daemonPid } = supervisor;
    return daemonPid === undefined || (await runsDefinition(daemonPid, { host, path }));
  },
  reload: () => Promise.resolve(),
  start: async (host, service) => {
    const { argv, environment, logFile } = await definitionOf(host, service);
    await stopSupervisor(host);
    await startSupervisor({
      argv,
      environment,
      logFile: host.path(logFile),
      stateFile: host.path(places.supervisorState),
      ...timing,
    });
  },
  pause: stopSupervisor,
  stop: stopSupervisor,
  daemonPid: async (host) => (await readSupervisor(host))?.daemonPid,
  restarts: async (host) => (await readSupervisor(host))?.restarts ?? 0,
};
