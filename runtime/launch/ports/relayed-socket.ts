import { SOCKADDR_IN6_SIZE } from '../../syscall/constants/inet.ts';
import { POLLFD_SIZE } from '../../syscall/constants/io.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSlot } from '../monitor/poll-set.ts';
import { type SocketPlace, socketAddress } from './held-port.ts';

/** A socket of the host, and where what comes to it goes. */
export interface RelayedSocket {
  readonly socket: Ref;
  readonly to: SocketPlace;
}

/** Bytes of a struct sockaddr in the table. */
const entrySize = 32;

/** Adds the table of where what comes to each socket goes. */
export function targetsOf(p: ProgramBuilder, relayed: readonly RelayedSocket[]): Address {
  const padding = Buffer.alloc(entrySize - SOCKADDR_IN6_SIZE);
  return p.bytes(Buffer.concat(relayed.flatMap(({ to }) => [socketAddress(to).bytes, padding])));
}

/** The absolute address of the struct sockaddr for a socket, by its place among those that are polled one after the other. */
export function targetAt(
  p: ProgramBuilder,
  {
    targets,
    slot,
    first,
  }: { readonly targets: Address; readonly slot: PollSlot; readonly first: PollSlot | undefined },
): Ref {
  if (!first) throw new TypeError('a relay without a socket');
  const index = p.compute('div', p.compute('sub', slot.address, first.address), POLLFD_SIZE);
  return p.compute('add', targets, p.compute('mul', index, entrySize));
}
