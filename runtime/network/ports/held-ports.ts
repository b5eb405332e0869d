import type { PublishedPort } from './host-ports.ts';
import { anyAddress } from './port-groups.ts';

/** Where a port is. */
interface Place {
  readonly address: string;
  readonly port: number;
}

/** A port as the start of a container takes it: see `HeldPort` of runtime/launch. */
interface PortToHold extends Place {
  readonly protocol: PublishedPort['protocol'];
  readonly relayTo?: Place;
}

/** What the host's firewall does, and the container's addresses. */
export interface Reaching {
  readonly addresses: { readonly 4?: string | undefined; readonly 6?: string | undefined };
  /** `userland-proxy` of daemon.json. */
  readonly relays: boolean;
  /**
   * Whether rules lead connections of the host to 127.0.0.0/8 to the container, which takes `route_localnet`. For those to `::1` the
   * kernel has nothing like it: answers to the translated address do not come back.
   */
  readonly translatesLoopback: boolean;
}

/**
 * The ports that are to be held while a container runs, and for which of them a relay is needed: for what rules of the firewall cannot
 * lead to the container. SCTP has none, as in Docker when it is without its proxy.
 */
export function heldPorts(
  ports: readonly PublishedPort[],
  { addresses, relays, translatesLoopback }: Reaching,
): readonly PortToHold[] {
  const here = ports.filter(({ hostPort }) => hostPort !== 0);
  return here.map(({ protocol, port, hostAddress, hostPort, containerFamily }) => {
    const held = { protocol, address: hostAddress, port: hostPort };
    const address = addresses[containerFamily];
    const isNeeded =
      (hostAddress.includes(':') && containerFamily === 4) ||
      hasLoopback(hostAddress, translatesLoopback);
    if (!relays || !isNeeded || address === undefined || protocol === 'sctp') return held;
    return { ...held, relayTo: { address, port } };
  });
}

/** Whether the address includes one of loopback that no rule leads to the container. */
function hasLoopback(address: string, isTranslated: boolean): boolean {
  if (address === anyAddress[6] || address === '::1') return true;
  return !isTranslated && (address === anyAddress[4] || address.startsWith('127.'));
}
