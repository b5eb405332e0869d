import { MSG_NOSIGNAL } from '../../syscall/constants/io.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { connectTo, type NeededCall } from '../channels/connect-to.ts';
import { orEnd } from '../channels/end-container.ts';
import { messageWithDescriptor } from '../channels/sync-channel.ts';

/** What goes with the descriptor; who receives it may show it as the terminal's name. */
const terminalName = '/dev/ptmx';

/** A terminal on its way to the engine. */
export interface HandedTerminal {
  readonly path: string;
  /** The end that the engine gets. */
  readonly master: Ref;
  readonly child: Ref;
}

/**
 * Sends the terminal's other end to whoever listens on the console socket, by SCM_RIGHTS, over a connection of its own,
 * and keeps none. Without it nobody would ever see the container's output: the container ends when that fails.
 *
 * runc, docs/terminals.md, "Detached New Terminal".
 */
export function sendToConsoleSocket(
  p: ProgramBuilder,
  { path, master, child }: HandedTerminal,
): void {
  const label = `send the terminal to the console socket ${path}`;
  const must: NeededCall = (step, call, args) => orEnd(p, { child, label: step, call, args });
  const socket = connectTo(p, { path, label, must });
  const name = Buffer.from(terminalName);
  const message = messageWithDescriptor(p, master, [{ start: p.bytes(name), length: name.length }]);
  must(label, 'sendmsg', [socket, message, MSG_NOSIGNAL]);
  for (const fd of [socket, master]) p.call('close the terminal', 'close', [fd]);
}
