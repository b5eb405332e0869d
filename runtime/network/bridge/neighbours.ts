import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { setMacAddress } from '../netlink/links.ts';
import { correctNeighbour, deleteNeighbour, neighbourIndexAt } from '../netlink/neighbours.ts';
import type { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { setInterfaceSysctl } from './interface-sysctl.ts';

/** An interface of a container that is up. */
export interface AddressOwner {
  /** Such as `eth0`. */
  readonly name: string;
  /** Six bytes. */
  readonly macAddress: Uint8Array;
  readonly addresses: readonly { readonly address: IpAddress }[];
}

/**
 * Adds steps that tell everybody near whose the addresses of an interface are now: who remembers another interface with one of them
 * would send to nobody until he has asked in vain, some seconds later. The kernel says it itself, by ARP and by an unsolicited
 * neighbour advertisement (RFC 5227, section 3; RFC 4861, section 7.2.6), when the interface is given the hardware address that it has.
 * A packet socket would do it too, and waits at its end for all processors (`packet_release`). The program is in the
 * namespace of the interface.
 */
export function announceAddresses(
  p: ProgramBuilder,
  container: NetlinkSocket,
  { name, macAddress, addresses }: AddressOwner,
): void {
  const has = (family: 4 | 6): boolean =>
    addresses.some(({ address }) => address.family === family);
  if (has(4)) setInterfaceSysctl(p, { family: 4, name, key: 'arp_notify', value: '1' });
  if (has(6)) setInterfaceSysctl(p, { family: 6, name, key: 'ndisc_notify', value: '1' });
  if (addresses.length > 0) container.do(setMacAddress({ name }, macAddress));
}

/**
 * Adds steps that put right what the host remembers of somebody's addresses at a bridge, whether or not it hears what is announced
 * there. Of whom it knows nothing, it learns nothing: its table of neighbours has little room (`gc_thresh3`), for all namespaces.
 */
export function correctNeighbours(
  host: NetlinkSocket,
  /** Of the bridge. */
  index: number,
  { macAddress, addresses }: Pick<AddressOwner, 'macAddress' | 'addresses'>,
): void {
  // EINVAL: the host has no IPv6 at this bridge, and remembers nobody there (ndisc_allow_add).
  const unless = [errnoNumber('ENOENT'), errnoNumber('EINVAL')];
  for (const { address } of addresses)
    host.do(correctNeighbour({ index, address, macAddress, state: 'reachable' }), { unless });
}

/** Adds steps that have the host forget who had some addresses at a bridge. */
export function forgetNeighbours(
  host: NetlinkSocket,
  /** Of the bridge. */
  index: Ref,
  addresses: AddressOwner['addresses'],
): void {
  const blanks = [{ at: neighbourIndexAt, value: index }];
  const unless = [errnoNumber('ENOENT'), errnoNumber('ENODEV')];
  for (const { address } of addresses)
    host.do(deleteNeighbour({ index: 0, address }), { blanks, unless });
}
