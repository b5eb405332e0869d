import { failureSize } from '../../syscall/layout.ts';
import { launcherFd } from '../../syscall/launcher-program.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { passFailureOn } from '../channels/pass-failure-on.ts';
import { passListenerOn } from '../seccomp/seccomp-listener.ts';
import type { ExecPlan } from './exec-plan.ts';
import type { ForkedExec } from './fork-exec.ts';

/** Waits until the start-up channel closes on exec; hands a listener over on the way; passes a failure on. */
export function awaitExec(
  p: ProgramBuilder,
  { seccompListener: listener }: ExecPlan,
  { child, sync }: ForkedExec,
): void {
  const started = p.label();
  const buffer = p.reserve(failureSize);
  if (listener) {
    passListenerOn(p, {
      child,
      sync,
      listener,
      failureGoesTo: 'caller',
      passFailureOn: (failure) => {
        passFailureOn(p, { child, ...failure });
      },
    });
  }
  const length = p.call('wait for the program', 'read', [sync.parent, buffer, failureSize]);
  p.jumpIf('eq', length, 0, started);
  passFailureOn(p, { child, buffer, length });
  p.place(started);
  p.call('close the start-up channel', 'close', [sync.parent]);
}

/** Answers with the process id; from then on nothing connects this process with whoever started it. */
export function sayExecuted(p: ProgramBuilder, child: Ref): void {
  const answer = p.reserve(8);
  p.set(answer, child);
  p.reply(answer, 8);
  p.call('close the launcher socket', 'close', [launcherFd]);
}
