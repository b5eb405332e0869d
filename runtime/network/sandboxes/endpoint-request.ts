/** How a container wants to be connected to a network. */
export interface EndpointRequest {
  /** Id or name of the network. */
  readonly network: string;
  /** Names that others in the network find it by, the first of them its own. */
  readonly names: readonly string[];
  /** Certain addresses; absent: any. */
  readonly ipv4?: string | undefined;
  readonly ipv6?: string | undefined;
  /** Further ones of its interface, which stay on the wire; absent: none. */
  readonly linkLocal?: readonly string[] | undefined;
  /** The container is not to have IPv6, and so no address of it. Absent: what the network has. */
  readonly families?: 'without-ipv6' | undefined;
  /** Absent: berth makes one up. */
  readonly macAddress?: string | undefined;
  readonly gatewayPriority: number;
  /** `Links`. */
  readonly links: readonly string[];
  /** `DriverOpts`. */
  readonly options: Readonly<Record<string, string>>;
}

/** Docker's option that says what the interface in the container is called. */
export const interfaceNameKey = 'com.docker.network.endpoint.ifname';

/** Docker's option with settings of the interface, `net.ipv4.conf.IFNAME.KEY=VALUE`, with commas between them. */
export const sysctlsKey = 'com.docker.network.endpoint.sysctls';
