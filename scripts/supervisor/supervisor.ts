import { BerthError } from '../../runtime/errors/berth-error.ts';
import { systemClock } from '../../runtime/host/clock.ts';
import { orIfMissing, readFile, removeFile } from '../../runtime/host/files.ts';
import {
  parseSupervisorState,
  type SupervisorState,
} from '../../runtime/supervise/supervisor-state.ts';
import { servicesMessages as m } from '../../messages/areas/services.ts';
import { places } from '../host/places.ts';
import { identify, isAlive } from '../../runtime/host/process-identity.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

/** How long a stop may take beyond the grace period that the supervisor itself gives the daemon, in milliseconds. */
const stopTimeoutMs = 20_000;
const pollMs = 20;

/** State of the supervisor that runs now; `undefined` when none does, also when one was killed and left its file. */
export async function readSupervisor(host: ProvisionHost): Promise<SupervisorState | undefined> {
  const bytes = await orIfMissing(readFile(host.path(places.supervisorState)), undefined);
  const state = bytes === undefined ? undefined : parseSupervisorState(bytes);
  return state !== undefined && (await isAlive(state)) ? state : undefined;
}

/**
 * Stops supervisor and daemon: SIGTERM, which the supervisor passes on with its own grace period, then SIGKILL for both.
 * Throws DAEMON_UNSTOPPABLE when they are still there after that.
 */
export async function stopSupervisor(host: ProvisionHost): Promise<void> {
  const state = await readSupervisor(host);
  if (state !== undefined) {
    signal(state.pid, 'SIGTERM');
    if (!(await endsWithin(state, stopTimeoutMs))) await killBoth(state);
  }
  await removeFile(host.path(places.supervisorState));
}

async function killBoth(state: SupervisorState): Promise<void> {
  const daemon = state.daemonPid === undefined ? undefined : await identify(state.daemonPid);
  signal(state.pid, 'SIGKILL');
  if (daemon !== undefined && (await isAlive(daemon))) signal(daemon.pid, 'SIGKILL');
  if (await endsWithin(state, 2000)) return;
  throw new BerthError('DAEMON_UNSTOPPABLE', {
    message: m.supervisorStays({ pid: state.pid }),
    remedy: m.supervisorStaysRemedy({ pid: state.pid }),
    details: { pid: state.pid },
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

async function endsWithin(state: SupervisorState, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += pollMs) {
    if (!(await isAlive(state))) return true;
    await systemClock.sleep(pollMs);
  }
  return false;
}
