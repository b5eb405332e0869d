import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IpPrefix } from '../address/ip-prefix.ts';
import { namespaceFd } from '../namespaces/network-namespace.ts';
import { addAddress, addressIndexAt } from '../netlink/addresses.ts';
import { addVeth, allowHairpin, bringUp, deleteLink, getLink } from '../netlink/links.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { setInterfaceSysctl } from './interface-sysctl.ts';
import { announceAddresses, correctNeighbours, forgetNeighbours } from './neighbours.ts';

/** Sockets of both ends of a cable, in a program that is in the container's namespace, open as `namespaceFd`. */
export interface EndpointSockets {
  readonly host: NetlinkSocket;
  readonly container: NetlinkSocket;
}

/** An interface in a container. */
interface InterfacePlan {
  /** Such as `eth0`. */
  readonly name: string;
  /** The container's, with the lengths of their networks. */
  readonly addresses: readonly IpPrefix[];
  /** Further ones of the interface alone, of which the host remembers nothing. */
  readonly linkLocal?: readonly IpPrefix[] | undefined;
}

/** What joins a container to a bridge; its interface is the other end. */
export interface EndpointPlan extends InterfacePlan {
  /** Index of the bridge. */
  readonly bridge: number;
  /** Name of the end that is the bridge's port. */
  readonly portName: string;
  /** Six bytes. */
  readonly macAddress: Uint8Array;
  /** Bytes; absent: the kernel's choice. */
  readonly mtu?: number | undefined;
  /** Whether others are told of its addresses; absent: yes. */
  readonly announcement?: 'made' | 'left-out';
}

/**
 * Adds steps that join a container to a bridge; gives the index of its interface. When a step fails, `disconnectEndpoint` removes
 * what there is.
 */
export function connectEndpoint(
  p: ProgramBuilder,
  sockets: EndpointSockets,
  {
    portName,
    name,
    mtu,
    macAddress,
    bridge,
    addresses,
    linkLocal,
    announcement = 'made',
  }: EndpointPlan,
): Ref {
  const { host } = sockets;
  host.do(addVeth({ name: portName, mtu, master: bridge }, { name, mtu, macAddress, namespaceFd }));
  host.do(allowHairpin(portName));
  host.do(bringUp({ name: portName }));
  const index = configureInterface(p, sockets, { name, addresses, linkLocal });
  // Before that the bridge lets nothing through: what is announced, and a container's first question, would be lost.
  host.awaitRunning(getLink({ name: portName }));
  if (announcement === 'made')
    announceAddresses(p, sockets.container, { name, macAddress, addresses });
  correctNeighbours(host, bridge, { macAddress, addresses });
  return index;
}

/** Adds steps that give an interface of the container its addresses and bring it up; gives its index. */
export function configureInterface(
  p: ProgramBuilder,
  { container }: EndpointSockets,
  { name, addresses, linkLocal = [] }: InterfacePlan,
): Ref {
  const index = container.indexOf(getLink({ name }));
  const all = [...addresses, ...linkLocal];
  const hasIpv6 = all.some(({ address }) => address.family === 6);
  setInterfaceSysctl(p, { family: 6, name, key: 'disable_ipv6', value: hasIpv6 ? '0' : '1' });
  for (const prefix of all) {
    const blanks = [{ at: addressIndexAt, value: index }];
    container.do(addAddress({ index: 0, prefix }), { blanks });
  }
  container.do(bringUp({ name }));
  return index;
}

/** What of a container is at a bridge. */
export interface EndpointPlace {
  /** Name of the bridge. */
  readonly bridge: string;
  /** Name of the end that is the bridge's port. */
  readonly portName: string;
  readonly addresses: readonly IpPrefix[];
}

/**
 * Adds steps that remove both ends, and what the host remembers of the container's addresses. Fine when they are gone, as after the end
 * of the container's namespace, or with the bridge.
 */
export function disconnectEndpoint(
  host: NetlinkSocket,
  { bridge, portName, addresses }: EndpointPlace,
): void {
  host.do(deleteLink({ name: portName }), { unless: [errnoNumber('ENODEV')] });
  host.ifThere(getLink({ name: bridge }), (index) => {
    forgetNeighbours(host, index, addresses);
  });
}
