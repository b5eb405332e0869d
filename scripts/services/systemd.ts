import { runChecked } from '../host/commands.ts';
import type { ServiceManager } from './service-manager.ts';

/** systemd, by systemctl(1). The definition is a unit file. */
export const systemd: ServiceManager = {
  isActive: async (host, { name }) => {
    const active = await host.run('systemctl', ['is-active', '--quiet', name]);
    const enabled = await host.run('systemctl', ['is-enabled', '--quiet', name]);
    return active.exitCode === 0 && enabled.exitCode === 0;
  },
  // Not checked: where systemd is installed but does not run there is nothing to reload.
  reload: async (host) => {
    await host.run('systemctl', ['daemon-reload']);
  },
  start: async (host, { name }) => {
    await runChecked(host.run, ['systemctl', 'daemon-reload']);
    await runChecked(host.run, ['systemctl', 'enable', '--quiet', name]);
    await runChecked(host.run, ['systemctl', 'restart', name]);
  },
  stop: async (host, { name }) => {
    // Status 5 of systemctl: there is no such unit, so nothing to stop.
    const known = await host.run('systemctl', ['cat', name]);
    if (known.exitCode === 0) {
      await runChecked(host.run, ['systemctl', 'disable', '--quiet', '--now', name]);
    }
    await host.run('systemctl', ['reset-failed', name]);
  },
};
