import type { BerthError } from '../../errors/berth-error.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { EndpointSockets } from '../bridge/endpoint.ts';
import type { FirewallNetwork } from '../firewall/firewall.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';

/**
 * `host`: to an address that the host has, whether or not it leads out; `router`: to an address that is somebody else's;
 * `interface`: everything is at their interface itself; `none`: nowhere.
 */
export type GatewayKind = 'host' | 'router' | 'interface' | 'none';

/**
 * A kind of networks. What it does to the kernel is steps of a program, so that all networks of a container are one program.
 * A new one is a file and a line in `driver-table.ts`.
 */
export interface NetworkDriver {
  readonly name: string;
  /** Whether a container in it has an interface, with addresses. */
  readonly endpoints: 'interface' | 'none';
  /** `any`: an interface may be without any, for a container that gets them from elsewhere, as by DHCP; absent: it has some. */
  readonly addresses?: 'any';
  /**
   * The hardware address of an interface that nobody asked for a certain one of: made of its IPv4 address; any, for what others in
   * the same wire may have that address; or none of its own, and nobody can ask for one.
   */
  readonly macAddress: 'of-address' | 'random' | 'none';
  /** Where the containers of a network send what is for nobody near. */
  gateway(network: NetworkRecord): GatewayKind;
  /** Families for which nobody needs an address as the router unless a client names one; absent: none of them. */
  readonly gatewayUnasked?: (network: NetworkRecord) => readonly (4 | 6)[];
  /**
   * Looks at a network that is to be made.
   * @param others all that there are
   * @throws NETWORK_OPTION_INVALID, NETWORK_CONFIG_REFUSED
   */
  verify(network: NetworkRecord, others: readonly NetworkRecord[]): void;
  /** Makes what the host needs for a network, or completes it; done before each first use since berthd's start. @throws NETWORK_UNAVAILABLE, SYSCALL_FAILED */
  ensure(network: NetworkRecord): Promise<void>;
  /** Forgets what it knows of a network, so that `ensure` looks again: somebody else has changed the host. */
  forget(network: NetworkRecord): void;
  /** Removes what the host has of a network, and no other one needs; fine when there is nothing. @param others all that stay */
  remove(network: NetworkRecord, others: readonly NetworkRecord[]): Promise<void>;
  /** Adds steps that give a container its interface; gives the interface's index. Of a network that `ensure` has seen. */
  connect(
    p: ProgramBuilder,
    sockets: EndpointSockets,
    network: NetworkRecord,
    endpoint: Endpoint,
  ): Ref;
  /** What it means that a step of `connect` failed; absent, or `undefined`: what the error says itself. */
  readonly refusal?: (
    network: NetworkRecord,
    endpoint: Endpoint,
    failure: { readonly step: string; readonly errno: string },
  ) => BerthError | undefined;
  /** Adds steps that take away what the host has of it, and the container's end with that; fine when it is gone. */
  disconnect(host: NetlinkSocket, network: NetworkRecord, endpoint: Endpoint): void;
  /** Adds steps that take it away from within the container's namespace; absent: the host's end is all it takes. */
  readonly disconnectInside?: (container: NetlinkSocket, endpoint: Endpoint) => void;
  /** Adds steps that join an endpoint which is there to what `ensure` has made anew; fine when it is gone. */
  reconnect(host: NetlinkSocket, network: NetworkRecord, endpoint: Endpoint): void;
  /** What the firewall has to know; `undefined`: nothing. */
  firewall(network: NetworkRecord): FirewallNetwork | undefined;
}
