import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleetErrorMessages as e } from '../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { mkdtemp } from '../../runtime/host/files.ts';
import type { VerbContext } from '../cli/verb.ts';
import type { FleetOrder } from './action.ts';
import { eachOnce, type BundleSource } from './bundle/bundles.ts';
import { eachHost } from './each-host.ts';
import type { FleetRun } from './fleet-run.ts';
import { makeLogFolder } from './host-log.ts';
import type { FleetHost } from './inventory/fleet-host.ts';
import type { FleetOptions } from './options.ts';
import { redactor } from './redact.ts';
import { fleetResult, type FleetResult } from './result.ts';
import { notRun, runHost } from './run-host.ts';
import type { Secret } from './secret.ts';
import type { FleetProgress } from './show/fleet-progress.ts';
import { makeClientFolder } from './ssh/client-folder.ts';
import { withoutPassword } from './sudo-password.ts';

/** All that a fleet is run with. */
export interface FleetWork {
  readonly hosts: readonly FleetHost[];
  readonly order: FleetOrder;
  readonly options: FleetOptions;
  readonly password: Secret | undefined;
  readonly bundles: BundleSource;
  readonly progress: FleetProgress;
  readonly context: VerbContext;
}

/**
 * `berth fleet`: runs one verb of berth on every host. What fails on one does not stop the others, and is in the
 * result. When this has resolved, no ssh client and no socket of it is left. Throws FLEET_NO_HOSTS.
 */
export async function fleet(work: FleetWork): Promise<FleetResult> {
  const { hosts, order, options, password, progress, context } = work;
  const { clock, signal, env } = context;
  if (hosts.length === 0) {
    throw new BerthError('FLEET_NO_HOSTS', { message: e.noHosts(), remedy: e.noHostsRemedy() });
  }
  const started = clock.now();
  const logFolder =
    options.logs === undefined
      ? await mkdtemp(join(tmpdir(), 'berth-fleet-logs-'))
      : await makeLogFolder(options.logs);
  const clients = await makeClientFolder({
    hostKeys: options.acceptNewHostKeys ? 'accept-new' : 'yes',
    connectTimeoutS: Math.ceil(options.connectTimeout / 1000),
  });
  const run: FleetRun = {
    order,
    bundles: eachOnce(work.bundles),
    clients,
    password,
    redact: redactor([password]),
    logFolder,
    env: withoutPassword(env),
    clock,
    connectTimeoutMs: options.connectTimeout,
    timeoutMs: options.timeout,
    signal,
    tell: (host, doing) => {
      progress.tell(host, doing);
    },
  };
  try {
    const results = await eachHost(hosts, {
      parallel: options.parallel,
      signal,
      work: async (host, number) => {
        const result = await runHost(host, number, run);
        progress.done(host, result);
        return result;
      },
      notBegun: (host) => {
        const result = notRun(host);
        progress.done(host, result);
        return result;
      },
    });
    await progress.end();
    const durationMs = clock.now() - started;
    return fleetResult(results, { action: order.action, logFolder, durationMs });
  } finally {
    await clients.remove();
  }
}
