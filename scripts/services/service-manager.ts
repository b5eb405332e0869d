import type { ProvisionHost } from '../host/provision-host.ts';

/** Names of the service managers that berth knows. */
export const serviceManagers = ['systemd', 'openrc', 'supervisor'] as const;

/** Name of a service manager. */
export type ServiceManagerName = (typeof serviceManagers)[number];

/** What runs the daemon on a host. Each works from a definition file, which the service step writes and removes. */
export interface ServiceManager {
  /** Whether the daemon, or what starts it again, runs now. */
  isActive(host: ProvisionHost, service: ServiceAt): Promise<boolean>;
  /** Takes note of a changed or removed definition. */
  reload(host: ProvisionHost): Promise<void>;
  /** Starts the service, or starts it anew with a changed definition, now and at every boot. */
  start(host: ProvisionHost, service: ServiceAt): Promise<void>;
  /** Stops it, now and at boot. Nothing happens when it does not run. */
  stop(host: ProvisionHost, service: ServiceAt): Promise<void>;
}

/** Which service. */
export interface ServiceAt {
  readonly name: string;
  /** The definition file, as on the host. */
  readonly path: string;
}
