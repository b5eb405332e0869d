import { downMessages as m } from '../../messages/areas/down.ts';
import { ApiClient, segment } from '../../runtime/cli/client/client.ts';
import { containerRows } from '../../runtime/cli/client/containers.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { isApiStatus } from '../../runtime/cli/client/failure.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Clock } from '../../runtime/host/clock.ts';
import { listFolder } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Run } from '../journal/runs.ts';
import { serviceManager } from '../services/index.ts';
import { answers, waitForDaemon } from '../up/wait-for-daemon.ts';

/** What stopping works with. */
export interface StopWork {
  readonly host: ProvisionHost;
  /** The journal's runs: they tell which service the daemon is. */
  readonly runs: readonly Run[];
  readonly socketPath: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Seconds for a container between SIGTERM and SIGKILL, Docker's default. */
const graceSeconds = 10;
const readyTimeoutMs = 15_000;

/**
 * Stops every running container, and takes networks from the host, through the API. Both outlive the daemon: when it is not there but
 * they are, it is started once more, because only it knows them all. Returns how many were stopped. Throws DAEMON_NOT_READY when it
 * does not come, and what the API answers.
 */
export async function stopContainers(work: StopWork): Promise<number> {
  if (!(await answers(work.socketPath))) {
    if (!(await anyLeft(work.host))) return 0;
    await startDaemonAgain(work);
  }
  const client = new ApiClient(parseEndpoint(`unix://${work.socketPath}`));
  const answer = await client.json({ method: 'GET', path: '/containers/json' });
  const ids = containerRows(answer).map(({ id }) => id);
  const ends = await Promise.allSettled(ids.map((id) => stop(client, id)));
  const failures = ends.flatMap((end) =>
    end.status === 'rejected' ? [end.reason as unknown] : [],
  );
  const [first] = failures;
  if (first === undefined) {
    await withdrawNetworks(client);
    return ids.length;
  }
  throw new BerthError('CONTAINERS_UNSTOPPABLE', {
    message: m.unstoppable({
      failed: failures.length,
      total: ids.length,
      problems: failures.map(messageOf).join('; '),
    }),
    remedy: m.unstoppableRemedy(),
    cause: first,
  });
}

/** Bridges, rules and the like go from the host; a version of before there were networks has none. */
async function withdrawNetworks(client: ApiClient): Promise<void> {
  try {
    await client.text({ method: 'POST', path: '/berth/networks/withdraw' });
  } catch (error) {
    if (!isApiStatus(error, 404)) throw error;
  }
}

async function stop(client: ApiClient, id: string): Promise<void> {
  const path = `/containers/${segment(id)}/stop`;
  try {
    await client.text({ method: 'POST', path, query: { t: graceSeconds } });
  } catch (error) {
    // 304 and 404: it ended by itself, or is gone, meanwhile.
    if (!isApiStatus(error, 304, 404)) throw error;
  }
}

async function anyLeft(host: ProvisionHost): Promise<boolean> {
  const folders = ['containers', 'networks'].map((name) => `${places.runFolder}/${name}`);
  const found = await Promise.all(folders.map((folder) => listFolder(host.path(folder))));
  return found.flat().length > 0;
}

async function startDaemonAgain(work: StopWork): Promise<void> {
  const steps = work.runs.flatMap(({ plan }) => plan.steps);
  const service = steps.findLast((step) => step.kind === 'service');
  if (service === undefined) return;
  const at = { name: service.name, path: service.definition.path };
  await serviceManager(service.manager).start(work.host, at);
  await waitForDaemon({
    ...work,
    logFile: work.host.path(places.daemonLog),
    timeoutMs: readyTimeoutMs,
  });
}
