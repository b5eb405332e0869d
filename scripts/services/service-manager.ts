import type { ProvisionHost } from '../host/provision-host.ts';

/** Names of the service managers that berth knows. */
export const serviceManagers = ['systemd', 'openrc', 'supervisor'] as const;

/** Name of a service manager. */
export type ServiceManagerName = (typeof serviceManagers)[number];

/** What runs the daemon on a host. Each works from a definition file, which the service step writes and removes. */
export interface ServiceManager {
  /** Whether the daemon of the definition that is there, or what starts it again, runs now, and at every boot. */
  isActive(host: ProvisionHost, service: ServiceAt): Promise<boolean>;
  /** Takes note of a changed or removed definition. */
  reload(host: ProvisionHost): Promise<void>;
  /** Starts the service, or starts it anew with a changed definition, now and at every boot. Throws DAEMON_NOT_READY. */
  start(host: ProvisionHost, service: ServiceAt): Promise<void>;
  /**
   * Stops the daemon, so that its definition can change and it be started anew. Where the service manager itself holds
   * the API's sockets it goes on to, so that clients wait for the new daemon.
   */
  pause(host: ProvisionHost, service: ServiceAt): Promise<void>;
  /** Stops it, now and at boot. Nothing happens when it does not run. */
  stop(host: ProvisionHost, service: ServiceAt): Promise<void>;
  /** Pid of the daemon that runs now. */
  daemonPid(host: ProvisionHost, service: ServiceAt): Promise<number | undefined>;
  /** How often the daemon had to be started again since it was started in order. */
  restarts(host: ProvisionHost, service: ServiceAt): Promise<number>;
}

/** Which service. */
export interface ServiceAt {
  readonly name: string;
  /** The definition file, as on the host. */
  readonly path: string;
}
