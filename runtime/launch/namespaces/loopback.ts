import { SOCK_CLOEXEC } from '../../syscall/constants/io.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;

/** Brings up `lo`, which a new network namespace has, but down (netdevice(7)). */
export function bringUpLoopback(p: ProgramBuilder): void {
  const request = Buffer.alloc(40);
  request.write('lo');
  request.writeUInt16LE(IFF_UP, 16);
  const socket = p.call('open a socket', 'socket', [AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0]);
  p.call('bring up the loopback interface', 'ioctl', [socket, SIOCSIFFLAGS, p.bytes(request)]);
  p.call('close the socket', 'close', [socket]);
}
