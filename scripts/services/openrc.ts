import { exists, readTextIfExists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { runsDefinition } from './definition-mark.ts';
import type { ServiceAt, ServiceManager } from './service-manager.ts';

/** OpenRC, by rc-service(8) and rc-update(8). The definition is a script in /etc/init.d. */
export const openrc: ServiceManager = {
  isActive: async (host, service) => {
    const { name, path } = service;
    const active = await host.run('rc-service', [name, 'status']);
    if (active.exitCode !== 0) return false;
    if (!(await exists(host.path(`/etc/runlevels/default/${name}`)))) return false;
    const pid = await daemonPid(host, service);
    return pid === undefined || (await runsDefinition(pid, { host, path }));
  },
  reload: () => Promise.resolve(),
  start: async (host, { name }) => {
    await runChecked(host.run, ['rc-update', 'add', name, 'default']);
    await runChecked(host.run, ['rc-service', name, 'restart']);
  },
  pause: async (host, { name, path }) => {
    if (!(await exists(host.path(path)))) return;
    await runChecked(host.run, ['rc-service', '--ifstarted', name, 'stop']);
  },
  stop: async (host, service) => {
    const { name, path } = service;
    if (!(await exists(host.path(path)))) return;
    await openrc.pause(host, service);
    if (await exists(host.path(`/etc/runlevels/default/${name}`))) {
      await runChecked(host.run, ['rc-update', 'del', name, 'default']);
    }
  },
  daemonPid,
  restarts: async (host, { name }) => Number((await option(host, name, 'start_count')) ?? 0),
};

async function daemonPid(host: ProvisionHost, { name }: ServiceAt): Promise<number | undefined> {
  const pid = Number((await option(host, name, 'child_pid')) ?? 0);
  return pid > 0 ? pid : undefined;
}

/** A value that supervise-daemon keeps of a service (service_get_value(8)). */
async function option(
  host: ProvisionHost,
  service: string,
  name: string,
): Promise<string | undefined> {
  return (await readTextIfExists(host.path(`/run/openrc/options/${service}/${name}`)))?.trim();
}
