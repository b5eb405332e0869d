import { exists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import type { ServiceManager } from './service-manager.ts';

/** OpenRC, by rc-service(8) and rc-update(8). The definition is a script in /etc/init.d. */
export const openrc: ServiceManager = {
  isActive: async (host, { name }) => {
    const active = await host.run('rc-service', [name, 'status']);
    return active.exitCode === 0 && (await exists(host.path(`/etc/runlevels/default/${name}`)));
  },
  reload: () => Promise.resolve(),
  start: async (host, { name }) => {
    await runChecked(host.run, ['rc-update', 'add', name, 'default']);
    await runChecked(host.run, ['rc-service', name, 'restart']);
  },
  stop: async (host, { name, path }) => {
    if (!(await exists(host.path(path)))) return;
    await runChecked(host.run, ['rc-service', '--ifstarted', name, 'stop']);
    if (await exists(host.path(`/etc/runlevels/default/${name}`))) {
      await runChecked(host.run, ['rc-update', 'del', name, 'default']);
    }
  },
};
