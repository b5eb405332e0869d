import { MSG_NOSIGNAL } from '../../syscall/constants/io.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { connectTo, type NeededCall } from './connect-to.ts';
import { orEnd } from './end-container.ts';
import { messageWithDescriptor } from './sync-channel.ts';

/** A process that an engine wants to hold by a descriptor: its number may become another's, that may not. */
export interface HandedProcess {
  /** What `connectPidfdSocket` gave; without it nobody has asked. */
  readonly socket: Ref | undefined;
  readonly child: Ref;
  /** What is said with it: in runc's words `standard` for a container's first process, `setns` for one of `exec`. */
  readonly kind: 'standard' | 'setns';
}

const handOver = 'hand the process to the pidfd socket';

/**
 * Connects to the socket of the engine (`--pidfd-socket`), before anything is forked: without it nothing is to run.
 * What is forked must not have the connection.
 */
export function connectPidfdSocket(p: ProgramBuilder, path: string | undefined): Ref | undefined {
  if (path === undefined) return undefined;
  return connectTo(p, {
    path,
    label: `${handOver} ${path}`,
    must: (label, call, args) => p.call(label, call, args),
  });
}

/**
 * Sends a descriptor of the process (pidfd_open(2), Linux 5.3) to the engine by SCM_RIGHTS, and keeps none. An engine that
 * got none would have no hold on the process, so that ends with a failure.
 *
 * runc 1.2, `--pidfd-socket` of runc-create(8) and runc-exec(8).
 */
export function sendPidfd(p: ProgramBuilder, { socket, child, kind }: HandedProcess): void {
  if (socket === undefined) return;
  const must: NeededCall = (label, call, args) => orEnd(p, { child, label, call, args });
  const process = must(handOver, 'pidfd_open', [child, 0]);
  const word = Buffer.from(kind);
  const message = messageWithDescriptor(p, process, [
    { start: p.bytes(word), length: word.length },
  ]);
  must(handOver, 'sendmsg', [socket, message, MSG_NOSIGNAL]);
  for (const fd of [socket, process]) p.call('close what was sent', 'close', [fd]);
}
