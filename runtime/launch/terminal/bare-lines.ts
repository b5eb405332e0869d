import { ONLCR, TCGETS, TCSETS, TERMIOS_SIZE } from '../../syscall/constants/io.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Whether the caller's standard output is a terminal: 0 when it is, else a negative errno. */
export function lookAtOutput(p: ProgramBuilder): Ref {
  const modes = p.reserve(TERMIOS_SIZE);
  const args = [firstKeptFd + 1, TCGETS, modes];
  return p.call('look at the output', 'ioctl', args, { onError: 'ignore' });
}

/**
 * Where no terminal shows the output of a container's, nobody wants a carriage return before each line feed. The container's
 * terminal puts it there unless told, and is told before its program runs; runc has none there either (termios(3), ONLCR).
 *
 * @param output what `lookAtOutput` gave
 */
export function writeBareLines(p: ProgramBuilder, master: Ref, output: Ref): void {
  const done = p.label();
  const modes = p.reserve(TERMIOS_SIZE);
  p.jumpIf('eq', output, 0, done);
  p.call('look at the terminal', 'ioctl', [master, TCGETS, modes], { onError: done });
  const outputFlags = modes.at(4);
  p.store(32, outputFlags, p.compute('and', p.value32(outputFlags), ~ONLCR >>> 0));
  p.call('write bare line feeds', 'ioctl', [master, TCSETS, modes], { onError: 'ignore' });
  p.place(done);
}
