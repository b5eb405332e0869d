import type { Process } from '../../spec/process.ts';
import { SOCK_CLOEXEC } from '../../syscall/constants/io.ts';
import { PR_SET_PDEATHSIG } from '../../syscall/constants/process.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { openControlSocket } from './control-socket.ts';
import { findProgram } from '../process/execute.ts';
import { gateName } from './gate-name.ts';

/** The step before those that a start carries out: what fails from there on is the start's failure. */
export const gateLabel = 'wait for the start';

/** Length of what the first process says when it waits: shorter than any failure. */
export const readySize = 1;

/** Makes the gate, in the current folder, before the container is forked. */
export function openGate(p: ProgramBuilder): Ref {
  return openControlSocket(p, { name: gateName, flags: 0 });
}

/**
 * Waits until somebody connects to the gate, which is the order to start (runtime.md, "Start"). The connection takes the
 * place of the start-up channel: a failure is reported on it, and its closing on exec is the sign of success.
 *
 * A socket and not the FIFO that runc has: the one who starts learns what becomes of it.
 */
export function waitAtGate(
  p: ProgramBuilder,
  { gate, sync, process }: { readonly gate: Ref; readonly sync: Ref; readonly process: Process },
): void {
  findProgram(p, process);
  // Whoever reads what its runtime says reads on until nobody has that open: the one with a terminal does not need it.
  for (const stream of [0, 1, 2])
    p.call('close a stream of the caller', 'close', [firstKeptFd + stream]);
  p.call('wait without the creator', 'prctl', [PR_SET_PDEATHSIG, 0, 0, 0, 0]);
  p.call('say that the container is made', 'write', [sync, p.string('r'), readySize]);
  const connection = p.call(gateLabel, 'accept4', [gate, 0, 0, SOCK_CLOEXEC]);
  p.set(p.replyFd, connection);
  p.call('close the gate', 'close', [gate]);
}
