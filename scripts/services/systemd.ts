import { exists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { runsDefinition } from './definition-mark.ts';
import { notReady } from './not-ready.ts';
import type { ServiceAt, ServiceManager } from './service-manager.ts';

/** Lines of the journal that explain a daemon that does not start. */
const shownLines = 12;

/** systemd, by systemctl(1). The definition is a unit file, with a socket unit of the same name beside it. */
export const systemd: ServiceManager = {
  isActive: async (host, service) => {
    const enabled = await host.run('systemctl', ['is-enabled', '--quiet', unitOf(service)]);
    if (enabled.exitCode !== 0) return false;
    const now = await show(host, unitOf(service));
    // Unit files that have changed since systemd read them, and a daemon that is about to be started again.
    if (now['NeedDaemonReload'] === 'yes') return false;
    if (!['active', 'activating', 'reloading'].includes(now['ActiveState'] ?? '')) {
      // A daemon that was stopped by itself is started by the next client.
      const socket = await host.run('systemctl', ['is-active', '--quiet', socketOf(service)]);
      return socket.exitCode === 0;
    }
    const pid = Number(now['MainPID'] ?? 0);
    return pid === 0 || (await runsDefinition(pid, { host, path: service.path }));
  },
  // Not checked: where systemd is installed but does not run there is nothing to reload.
  reload: async (host) => {
    await host.run('systemctl', ['daemon-reload']);
  },
  start: async (host, service) => {
    await runChecked(host.run, ['systemctl', '--no-reload', '--quiet', 'enable', unitOf(service)]);
    await reloadIfOld(host, service);
    await startSocket(host, service);
    // Type=notify: resolves when berthd has said that it is ready for requests.
    const started = await host.run('systemctl', ['restart', unitOf(service)]);
    if (started.exitCode !== 0) throw notReady(await lastWords(host, service));
  },
  pause: async (host, service) => {
    if (await isKnown(host, unitOf(service))) {
      await runChecked(host.run, ['systemctl', 'stop', unitOf(service)]);
    }
  },
  stop: async (host, service) => {
    const units: string[] = [];
    // Together, so that no client wakes the daemon up again between the two.
    for (const unit of [socketOf(service), unitOf(service)]) {
      if (await isKnown(host, unit)) units.push(unit);
    }
    if (units.length > 0) {
      await runChecked(host.run, ['systemctl', 'disable', '--quiet', '--now', ...units]);
    }
    await host.run('systemctl', ['reset-failed', unitOf(service), socketOf(service)]);
  },
  daemonPid: async (host, service) => {
    const pid = Number((await show(host, unitOf(service)))['MainPID'] ?? 0);
    return pid === 0 ? undefined : pid;
  },
  restarts: async (host, service) => Number((await show(host, unitOf(service)))['NRestarts'] ?? 0),
};

const unitOf = ({ name }: ServiceAt): string => `${name}.service`;
const socketOf = ({ name }: ServiceAt): string => `${name}.socket`;
const socketFile = ({ path }: ServiceAt): string => path.replace(/\.service$/, '.socket');

/** A socket unit does not start beside a running service that has made its sockets itself, as berth's did once. */
async function startSocket(host: ProvisionHost, service: ServiceAt): Promise<void> {
  const socket = socketOf(service);
  if (!(await exists(host.path(socketFile(service))))) return;
  const active = await host.run('systemctl', ['is-active', '--quiet', socket]);
  if (active.exitCode === 0) return;
  await runChecked(host.run, ['systemctl', 'stop', unitOf(service)]);
  await runChecked(host.run, ['systemctl', 'start', socket]);
}

/**
 * Lets systemd read all units anew, which takes seconds on a small host, if it has older ones of this service than the files
 * say. One that it does not know yet it reads by itself; the links of `enable` are for the next boot.
 */
async function reloadIfOld(host: ProvisionHost, service: ServiceAt): Promise<void> {
  const isThere = await exists(host.path(socketFile(service)));
  for (const unit of [unitOf(service), ...(isThere ? [socketOf(service)] : [])]) {
    const now = await show(host, unit);
    if (now['LoadState'] === 'loaded' && now['NeedDaemonReload'] === 'no') continue;
    await runChecked(host.run, ['systemctl', 'daemon-reload']);
    return;
  }
}

/** Whether there is such a unit (systemctl's status 1 otherwise). */
async function isKnown(host: ProvisionHost, unit: string): Promise<boolean> {
  return (await host.run('systemctl', ['cat', unit])).exitCode === 0;
}

/** Properties of a unit, by name. */
async function show(
  host: ProvisionHost,
  unit: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const properties = 'ActiveState,LoadState,MainPID,NRestarts,NeedDaemonReload';
  const { stdout } = await host.run('systemctl', ['show', '--property', properties, unit]);
  return Object.fromEntries(
    stdout.split('\n').map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name, value.join('=')] as const;
    }),
  );
}

async function lastWords(host: ProvisionHost, service: ServiceAt): Promise<string> {
  const args = ['--unit', unitOf(service), '--lines', String(shownLines), '--no-pager'];
  return (await host.run('journalctl', [...args, '--output', 'cat'])).stdout.trimEnd();
}
