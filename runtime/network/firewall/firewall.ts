import type { IpAddress } from '../address/ip-address.ts';
import type { IpPrefix } from '../address/ip-prefix.ts';

/**
 * How the containers of a network are reached from outside, as `com.docker.network.bridge.gateway_mode_ipv4` of Docker has it:
 * by published ports of the host; the same, and by their own addresses without any protection; by their own addresses at
 * published ports only, without translation; not at all, and the host has no address there either.
 */
export type GatewayMode = 'nat' | 'nat-unprotected' | 'routed' | 'isolated';

/** Protocols that have ports. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

/** A bridge network as a firewall sees it. */
export interface FirewallNetwork {
  readonly id: string;
  /** Name of its interface, which is there. */
  readonly bridge: string;
  /** A protocol without one does not leave the bridge. */
  readonly subnets: readonly IpPrefix[];
  readonly gatewayModes: { readonly 4: GatewayMode; readonly 6: GatewayMode };
  /** `internal`: nothing goes out or comes in, but from and to the host itself (`docker network create --internal`). */
  readonly access: 'open' | 'internal';
  /** `closed`: containers reach each other by links and published ports only (`com.docker.network.bridge.enable_icc`). */
  readonly interContainer: 'open' | 'closed';
  /** Whether what leaves has an address of the host (`com.docker.network.bridge.enable_ip_masquerade`). */
  readonly masquerade: 'on' | 'off';
  /** Which address that is, if not that of the interface it leaves by (`com.docker.network.host_ipv4`, `host_ipv6`). */
  readonly hostAddresses: {
    readonly 4?: IpAddress | undefined;
    readonly 6?: IpAddress | undefined;
  };
  /** Interfaces from which containers are reached by their own addresses too, at published ports. */
  readonly trustedInterfaces: readonly string[];
}

/** A port of the host that is one of a container. */
export interface PublishedPort {
  /** Id of the network that the container is reached by. */
  readonly network: string;
  readonly protocol: PortProtocol;
  /** `0.0.0.0` or `::` for any; of the same family as the container's. */
  readonly hostAddress: IpAddress;
  /** Not looked at where the gateway mode is `routed`. */
  readonly hostPort: number;
  readonly containerAddress: IpAddress;
  readonly containerPort: number;
}

/** One container may reach a port of another one, though containers of their network do not reach each other. */
export interface FirewallLink {
  /** Id of the network. */
  readonly network: string;
  readonly from: IpAddress;
  readonly to: IpAddress;
  readonly protocol: PortProtocol;
  readonly port: number;
}

/** All that a firewall is to let through. */
export interface FirewallState {
  readonly networks: readonly FirewallNetwork[];
  readonly ports: readonly PublishedPort[];
  readonly links: readonly FirewallLink[];
}

/** What makes the rules; `none`: the host has nothing for that, or is left alone. */
export type FirewallTool = 'nft' | 'iptables' | 'none';

/**
 * What lets packets of bridge networks through, and nothing else of theirs. It knows what it has been told, and puts all of it
 * back when it finds its rules gone. Each call has taken effect when it resolves; after one that has thrown, all is as before.
 * Calls may overlap: they are carried out one after another. Removing what is not there is fine.
 */
export interface Firewall {
  /** What makes the rules; `none` while nobody has needed any; absent where nobody asks. */
  readonly tool?: () => Promise<FirewallTool>;
  /**
   * Makes the host's rules exactly these, in one transaction, whatever was there: when berthd starts, and when somebody else may
   * have removed them. Connections go on, and what an administrator has put into BERTH-USER stays. Every bridge is there.
   * @throws BerthError FIREWALL_MISSING, FIREWALL_REFUSED, FIREWALL_NETWORK_INVALID, FIREWALL_PORT_INVALID, FIREWALL_BRIDGE_UNFILTERED
   */
  restore(state: FirewallState): Promise<void>;
  /** @throws as `restore` */
  addNetwork(network: FirewallNetwork): Promise<void>;
  /** Removes a network, and what is left of its ports and links. */
  removeNetwork(id: string): Promise<void>;
  /** Publishes ports, all or none. @throws as `restore`; FIREWALL_PORT_INVALID also when the network is unknown */
  publish(ports: readonly PublishedPort[]): Promise<void>;
  unpublish(ports: readonly PublishedPort[]): Promise<void>;
  link(links: readonly FirewallLink[]): Promise<void>;
  unlink(links: readonly FirewallLink[]): Promise<void>;
  /** Removes everything of berth's: BERTH-USER too. */
  remove(): Promise<void>;
}
