import { errnoNumber } from '../../syscall/errno.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../address/ip-prefix.ts';
import { enterNamespace, namespaceFd } from '../namespaces/network-namespace.ts';
import { addAddress, addressIndexAt } from '../netlink/addresses.ts';
import { addVeth, allowHairpin, bringUp, deleteLink, getLink } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { addRoute, routeIndexAt } from '../netlink/routes.ts';
import { setInterfaceSysctl } from './interface-sysctl.ts';

/** What joins a container to a bridge. */
export interface EndpointPlan {
  /** Where the container's network namespace is kept. */
  readonly namespace: string;
  /** Index of the bridge. */
  readonly bridge: number;
  /** Name of the end that is the bridge's port. */
  readonly portName: string;
  /** Name of the end in the container, such as `eth0`. */
  readonly name: string;
  /** Six bytes. */
  readonly macAddress: Uint8Array;
  /** Bytes; absent: the kernel's choice. */
  readonly mtu?: number | undefined;
  /** The container's, with the lengths of their networks. */
  readonly addresses: readonly IpPrefix[];
  /** Where everything else goes; at most one of each family. */
  readonly gateways: readonly IpAddress[];
}

/**
 * Adds steps that join a container to a bridge, all in one program. `host` is open in the bridge's namespace; the program is in the
 * container's afterwards. When a step fails, `disconnectEndpoint` removes what there is.
 */
export function connectEndpoint(p: ProgramBuilder, host: NetlinkSocket, plan: EndpointPlan): void {
  const { portName, name, mtu, macAddress, bridge } = plan;
  enterNamespace(p, plan.namespace);
  const container = NetlinkSocket.open(p);
  host.do(addVeth({ name: portName, mtu, master: bridge }, { name, mtu, macAddress, namespaceFd }));
  host.do(allowHairpin(portName));
  host.do(bringUp({ name: portName }));
  const index = container.indexOf(getLink({ name }));
  const hasIpv6 = plan.addresses.some(({ address }) => address.family === 6);
  setInterfaceSysctl(p, { family: 6, name, key: 'disable_ipv6', value: hasIpv6 ? '0' : '1' });
  for (const prefix of plan.addresses) {
    const blanks = [{ at: addressIndexAt, value: index }];
    container.do(addAddress({ index: 0, prefix }), { blanks });
  }
  container.do(bringUp({ name }));
  for (const gateway of plan.gateways) {
    const blanks = [{ at: routeIndexAt, value: index }];
    container.do(addRoute({ destination: everywhere[gateway.family], gateway, index: 0 }), {
      blanks,
    });
  }
}

/** Adds the step that removes both ends. Fine when they are gone, as after the end of the container's namespace. */
export function disconnectEndpoint(host: NetlinkSocket, portName: string): void {
  host.do(deleteLink({ name: portName }), { unless: [errnoNumber('ENODEV')] });
}

const everywhere = { 4: allOf('0.0.0.0/0'), 6: allOf('::/0') } as const;

function allOf(text: string): IpPrefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new TypeError(text);
  return prefix;
}
