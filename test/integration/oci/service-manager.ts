import { AF_UNIX, SOCK_DGRAM } from '../../../runtime/syscall/constants/io.ts';
import { PR_SET_PDEATHSIG, SIGKILL } from '../../../runtime/syscall/constants/process.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

const messageSize = 256;
const controlSize = 64;
const readySize = 8;

/**
 * What a service manager does: takes `count` datagrams at a socket, and closes what came with them when it has all.
 * @returns once the socket is there; the texts, in order.
 */
export async function serviceManager(
  launcher: Launcher,
  { path, count }: { readonly path: string; readonly count: number },
): Promise<{ readonly heard: Promise<readonly string[]> }> {
  const p = new ProgramBuilder('service manager');
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const address = Buffer.from(`\u0001\0${path}\0`);
  const socket = p.call('socket', 'socket', [AF_UNIX, SOCK_DGRAM, 0]);
  p.call('bind', 'bind', [socket, p.bytes(address), address.length]);
  p.reply(p.reserve(readySize), readySize);
  for (let i = 0; i < count; i += 1) {
    const [text, control] = [p.reserve(messageSize), p.reserve(controlSize)];
    const [header, vector] = [p.bytes(new Uint8Array(56)), p.bytes(new Uint8Array(16))];
    p.pointer(vector, text);
    p.set(vector.at(8), messageSize);
    p.pointer(header.at(16), vector);
    p.set(header.at(24), 1);
    p.pointer(header.at(32), control);
    p.set(header.at(40), controlSize);
    p.call('receive', 'recvmsg', [socket, header, 0]);
    p.reply(text, messageSize);
  }
  p.exit(0);
  const { ended } = await launcher.spawn(p);
  const heard = ended.then(({ data }) =>
    Array.from({ length: count }, (_, i) => {
      const from = readySize + i * messageSize;
      return data
        .subarray(from, from + messageSize)
        .toString()
        .replace(/\0+$/, '');
    }),
  );
  heard.catch(() => undefined);
  return { heard };
}
