import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Network } from '../lifecycle/network.ts';
import type { Endpoint } from '../model/sandbox-record.ts';
import { ifNamespaceIsThere } from '../namespaces/network-namespace.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';

/** Endpoints that are to go, all of one container. */
export interface Disconnection {
  /** Where the container's network namespace is kept. */
  readonly namespace: string;
  readonly endpoints: readonly Endpoint[];
  /** `undefined`: its network is gone, and what the host had of it with that. */
  readonly networkOf: (endpoint: Endpoint) => Network | undefined;
}

/**
 * Adds steps that take all interfaces of some endpoints away, whatever there is of them. The program is in the host's network
 * namespace before; afterwards it may be in the container's.
 */
export function disconnectAll(
  p: ProgramBuilder,
  { namespace, endpoints, networkOf }: Disconnection,
): void {
  const host = NetlinkSocket.open(p);
  for (const endpoint of endpoints) {
    const network = networkOf(endpoint);
    network?.driver.disconnect(host, network.record, endpoint);
  }
  // They would go with the namespace; but that ends in its own time, with its last process, and others wait for the parent.
  const inside = endpoints.filter((endpoint) => networkOf(endpoint)?.driver.disconnectInside);
  if (inside.length === 0) return;
  ifNamespaceIsThere(p, namespace, () => {
    const container = NetlinkSocket.open(p);
    for (const endpoint of inside)
      networkOf(endpoint)?.driver.disconnectInside?.(container, endpoint);
  });
}
