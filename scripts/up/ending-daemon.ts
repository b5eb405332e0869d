import type { Clock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { serviceManager } from '../services/index.ts';
import type { Step } from '../steps/index.ts';
import { readSupervisor } from '../supervisor/supervisor.ts';
import type { EndingDaemon } from './wait-for-daemon.ts';

/** With the supervisor's growing pauses this takes about three seconds, with the others' five. */
const hopelessRestarts = 5;
/** Asking systemd means to run a program, in milliseconds. */
const askEveryMs = 500;

/** The service whose daemon is waited for. */
export type WatchedService = Pick<
  Extract<Step, { kind: 'service' }>,
  'manager' | 'name' | 'definition'
>;

/**
 * Watches from now on, whatever starts the daemon: one that keeps ending will not answer the next time either. How often it
 * had to be started again before does not count: a daemon may have run for months and be between two of its lives just now.
 * The function that it returns is called again and again.
 */
export function watchEndings(
  service: WatchedService,
  { host, clock }: { readonly host: ProvisionHost; readonly clock: Clock },
): () => Promise<EndingDaemon | undefined> {
  const manager = serviceManager(service.manager);
  const at = { name: service.name, path: service.definition.path };
  let first: number | undefined;
  let askedAt = -Infinity;
  return async () => {
    if (clock.now() - askedAt < askEveryMs) return undefined;
    const restarts = await manager.restarts(host, at);
    askedAt = clock.now();
    first ??= restarts;
    // Started anew in between, by a person: its counter begins again.
    first = Math.min(first, restarts);
    const times = restarts - first;
    if (times < hopelessRestarts) return undefined;
    const lastEnd = (await readSupervisor(host))?.lastEnd;
    return { times, ...(lastEnd === undefined ? {} : { last: JSON.stringify(lastEnd) }) };
  };
}
