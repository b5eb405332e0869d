import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IpPrefix } from '../address/ip-prefix.ts';
import { addAddress, addressIndexAt } from '../netlink/addresses.ts';
import { addBridge, bringUp, deleteLink, getLink } from '../netlink/links.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { setInterfaceSysctl } from './interface-sysctl.ts';

/** The bridge of a network. */
export interface BridgePlan {
  readonly name: string;
  /** Bytes; absent: the kernel's choice. */
  readonly mtu?: number | undefined;
  /** Six bytes. Without one of its own a bridge has that of a port, which comes and goes; absent: the kernel's choice. */
  readonly macAddress?: Uint8Array | undefined;
  /** The host's own addresses at it, which are the gateways of its containers; none for one that the host has no part in. */
  readonly addresses: readonly IpPrefix[];
}

/**
 * Adds steps that make a bridge and bring it up; gives its index. One that is there is completed: an earlier attempt may have
 * been cut short. The socket, and the program, are in the namespace that it is to be in.
 */
export function ensureBridge(
  p: ProgramBuilder,
  socket: NetlinkSocket,
  { name, mtu, macAddress, addresses }: BridgePlan,
): Ref {
  const unless = [errnoNumber('EEXIST')];
  socket.do(addBridge({ name, mtu, macAddress }), { unless });
  const index = socket.indexOf(getLink({ name }));
  const hasIpv6 = addresses.some(({ address }) => address.family === 6);
  setInterfaceSysctl(p, { family: 6, name, key: 'disable_ipv6', value: hasIpv6 ? '0' : '1' });
  for (const prefix of addresses) {
    const blanks = [{ at: addressIndexAt, value: index }];
    socket.do(addAddress({ index: 0, prefix }), { blanks, unless });
  }
  socket.do(bringUp({ name }));
  return index;
}

/** Adds the step that removes a bridge; its ports are then nobody's. Fine when it is gone. */
export function removeBridge(socket: NetlinkSocket, name: string): void {
  socket.do(deleteLink({ name }), { unless: [errnoNumber('ENODEV')] });
}
