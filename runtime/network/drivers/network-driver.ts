import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { EndpointSockets } from '../bridge/endpoint.ts';
import type { FirewallNetwork } from '../firewall/firewall.ts';
import type { NetworkRecord } from '../model/network-record.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';

/**
 * A kind of networks. What it does to the kernel is steps of a program, so that all networks of a container are one program.
 * A new one is a file and a line in `driver-table.ts`.
 */
export interface NetworkDriver {
  readonly name: string;
  /** Whether a container in it has an interface, with addresses. */
  readonly endpoints: 'interface' | 'none';
  /** Whether the host has the gateway's address, at an interface of its own. */
  readonly gateway: 'host' | 'outside';
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
  /** Removes what the host has of a network; fine when there is nothing. */
  remove(network: NetworkRecord): Promise<void>;
  /** Adds steps that give a container its interface; gives the interface's index. Of a network that `ensure` has seen. */
  connect(
    p: ProgramBuilder,
    sockets: EndpointSockets,
    network: NetworkRecord,
    endpoint: Endpoint,
  ): Ref;
  /** Adds steps that take it away. The program is in the host's namespace; fine when it is gone. */
  disconnect(host: NetlinkSocket, endpoint: Endpoint): void;
  /** Adds steps that join an endpoint which is there to what `ensure` has made anew; fine when it is gone. */
  reconnect(host: NetlinkSocket, network: NetworkRecord, endpoint: Endpoint): void;
  /** What the firewall has to know; `undefined`: nothing. */
  firewall(network: NetworkRecord): FirewallNetwork | undefined;
}
