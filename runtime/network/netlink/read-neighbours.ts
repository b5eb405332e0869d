import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import { decodeMessages, itemsOf } from './message.ts';
import { listNeighbours, type Neighbour, parseNeighbour } from './neighbours.ts';
import { NetlinkSocket } from './netlink-socket.ts';

/**
 * The neighbours at some interfaces of the namespace that a runner's programs begin in.
 * @param indexes of the interfaces
 * @throws SYSCALL_FAILED
 */
export async function readNeighbours(
  runner: ProgramRunner,
  indexes: readonly number[],
): Promise<readonly Neighbour[]> {
  const p = new ProgramBuilder('list the neighbours');
  const socket = NetlinkSocket.open(p);
  for (const index of indexes) socket.list(listNeighbours(index));
  const { data } = await runner.run(p);
  return itemsOf([...decodeMessages(data)]).flatMap((message) => parseNeighbour(message) ?? []);
}
