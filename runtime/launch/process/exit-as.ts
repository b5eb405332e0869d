import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Waits until a child has ended; gives its wait status (wait(2)). */
export function waitForEnd(p: ProgramBuilder, child: Ref): Ref {
  const status = p.reserve(8);
  p.call('wait for the end of the container', 'wait4', [child, status, 0, 0]);
  return p.value32(status);
}

/** Ends with the exit status of another process: its own, or 128 and the signal that ended it, as shells have it. */
export function exitAs(p: ProgramBuilder, status: Ref): void {
  const signalled = p.label();
  const signal = p.compute('and', status, 0x7f);
  p.jumpIf('ne', signal, 0, signalled);
  p.exit(p.compute('and', p.compute('shr', status, 8), 0xff));
  p.place(signalled);
  p.exit(p.compute('add', signal, 128));
}
