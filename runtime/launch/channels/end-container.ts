import { SIGKILL } from '../../syscall/constants/process.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** A call of the monitor without which the container cannot go on. */
export function orEnd(
  p: ProgramBuilder,
  {
    child,
    label,
    call,
    args,
  }: {
    readonly child: Ref;
    readonly label: string;
    readonly call: string;
    readonly args: readonly Value[];
  },
): Ref {
  const done = p.label();
  const result = p.call(label, call, args, { onError: 'ignore' });
  p.jumpIf('ge', result, 0, done);
  endContainer(p, child);
  p.fail(label, p.compute('sub', 0, result));
  p.place(done);
  return result;
}

/** Ends the container's first process: its cgroups can be removed only when it is gone. */
export function endContainer(p: ProgramBuilder, child: Ref): void {
  p.call('end the container', 'kill', [child, SIGKILL], { onError: 'ignore' });
  p.call('wait for the end of the container', 'wait4', [child, 0, 0, 0], { onError: 'ignore' });
}
