import { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import { type Link, listLinks, parseLink } from './links.ts';
import { decodeMessages, itemsOf } from './message.ts';
import { NetlinkSocket } from './netlink-socket.ts';

/** The interfaces of the namespace that a runner's programs begin in. @throws SYSCALL_FAILED */
export async function readLinks(runner: ProgramRunner): Promise<readonly Link[]> {
  const p = new ProgramBuilder('list the interfaces');
  NetlinkSocket.open(p).list(listLinks);
  const { data } = await runner.run(p);
  return itemsOf([...decodeMessages(data)]).map(parseLink);
}
