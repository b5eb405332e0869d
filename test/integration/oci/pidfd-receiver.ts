import { connect } from 'node:net';
import { AF_UNIX, SOCK_STREAM } from '../../../runtime/syscall/constants/io.ts';
import { PR_SET_PDEATHSIG, SIGKILL } from '../../../runtime/syscall/constants/process.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';
import type { Ref } from '../../../runtime/syscall/program.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

const replySize = 8;
const textSize = 64;
const controlSize = 24;

/**
 * What an engine does with `--pidfd-socket`: takes one connection and the descriptor that comes by it, waits until nobody
 * else has the connection open, and kills the process by its descriptor when it is told to.
 *
 * @returns once it listens; `kill` gives what was said with the descriptor.
 */
export async function receivePidfd(
  launcher: Launcher,
  path: string,
): Promise<{ readonly kill: () => Promise<string> }> {
  const p = new ProgramBuilder('engine');
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const socket = listenAt(p, path);
  p.reply(p.reserve(replySize), replySize);

  const connection = p.call('accept', 'accept4', [socket, 0, 0, 0]);
  const [text, control] = [p.reserve(textSize), p.reserve(controlSize)];
  const [header, vector] = [p.bytes(new Uint8Array(56)), p.bytes(new Uint8Array(16))];
  p.pointer(vector, text);
  p.set(vector.at(8), textSize);
  p.pointer(header.at(16), vector);
  p.set(header.at(24), 1);
  p.pointer(header.at(32), control);
  p.set(header.at(40), controlSize);
  p.call('receive', 'recvmsg', [connection, header, 0]);
  const [ended, leaked] = [p.label(), p.label()];
  const rest = p.call('wait until all have closed it', 'read', [connection, p.reserve(8), 8]);
  p.jumpIf('eq', rest, 0, ended);
  p.place(leaked);
  p.exit(1);
  p.place(ended);
  p.call('wait for the order', 'accept4', [socket, 0, 0, 0]);
  p.call('kill', 'pidfd_send_signal', [p.value32(control.at(16)), SIGKILL, 0, 0]);
  p.reply(text, textSize);
  p.exit(0);
  const { ended: end } = await launcher.spawn(p, { timeoutMs: 60_000 });
  end.catch(() => undefined);
  return {
    kill: async () => {
      const order = connect(path);
      const { data } = await end;
      order.destroy();
      return data.subarray(replySize).toString().replace(/\0+$/, '');
    },
  };
}

/** A socket whose server has ended without removing it. */
export async function leaveSocket(launcher: Launcher, path: string): Promise<void> {
  const p = new ProgramBuilder('server');
  listenAt(p, path);
  await launcher.run(p);
}

function listenAt(p: ProgramBuilder, path: string): Ref {
  const address = Buffer.from(`\u0001\0${path}\0`);
  const socket = p.call('socket', 'socket', [AF_UNIX, SOCK_STREAM, 0]);
  p.call('bind', 'bind', [socket, p.bytes(address), address.length]);
  p.call('listen', 'listen', [socket, 1]);
  return socket;
}
