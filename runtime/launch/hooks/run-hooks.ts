import type { HookKind } from '../../spec/hook-kinds.ts';
import type { Hook } from '../../spec/hooks.ts';
import {
  MAP_ANONYMOUS,
  MAP_SHARED,
  PROT_READ,
  PROT_WRITE,
} from '../../syscall/constants/memory.ts';
import {
  SIG_BLOCK,
  SIG_SETMASK,
  SIGCHLD,
  SIGSET_SIZE,
  signalSet,
} from '../../syscall/constants/process.ts';
import type { Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Attempts } from './attempts.ts';
import { FailedHook, type OnHookFailure } from './failed-hook.ts';
import { HookDescriptors } from './hook-descriptors.ts';
import { becomeHook, hookTrouble } from './hook-process.ts';
import { environmentOf, type HooksPlan } from './hooks-plan.ts';
import { OutputTail } from './output-tail.ts';
import { hookEnd } from './report.ts';
import { type StateText, stateText } from './state-text.ts';
import { type EndedHook, watchHook } from './watch-hook.ts';

const pageSize = 4096;

/** Hooks of one kind, to be run at this place of a program. */
export interface HookRun {
  readonly kind: HookKind;
  /** The container's process as the hooks know it: the host's number, or the container's own in it; absent when it has ended. */
  readonly pid?: Value | undefined;
  /** Adds steps of the hook's process, before it enters its folder: for `createContainer`, the way back to the host's root. */
  readonly enter?: () => void;
  readonly onFailure: OnHookFailure;
}

/**
 * Adds the steps that run the hooks of a kind one after the other, and wait for each: OCI runtime-spec 1.2.1, config.md,
 * "POSIX-platform Hooks". They get the state on standard input, as a file in memory: one of any size waits for nobody,
 * and a hook need not read it.
 */
export function runHooks(p: ProgramBuilder, plan: HooksPlan, run: HookRun): void {
  const hooks = plan.hooks[run.kind];
  if (hooks.length === 0) return;
  // The end of a hook is heard of by its signal, which must wait for us until then.
  const former = p.reserve(SIGSET_SIZE);
  const childEnded = p.bytes(signalSet(SIGCHLD));
  p.call('block SIGCHLD', 'rt_sigprocmask', [SIG_BLOCK, childEnded, former, SIGSET_SIZE]);
  const sharing = [PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0] as const;
  const shared = p.call('share a page with hooks', 'mmap', [0, pageSize, ...sharing]);
  const state = stateText(p, { state: plan.state, kind: run.kind, pid: run.pid });
  const tail = new OutputTail(p);
  for (const [index, hook] of hooks.entries()) {
    runHook(p, { plan, run, hook, index, shared, state, tail });
  }
  p.call('unshare the page', 'munmap', [shared, pageSize]);
  p.call('restore the signals', 'rt_sigprocmask', [SIG_SETMASK, former, 0, SIGSET_SIZE]);
}

/** One hook, and what all of a run have in common. */
interface OneHook {
  readonly plan: HooksPlan;
  readonly run: HookRun;
  readonly hook: Hook;
  readonly index: number;
  /** Page in which a hook's process says why it could not execute its program. */
  readonly shared: Ref;
  readonly state: StateText;
  readonly tail: OutputTail;
}

function runHook(p: ProgramBuilder, one: OneHook): void {
  const { plan, run, hook, index, shared, state, tail } = one;
  const { kind, enter } = run;
  const [notStarted, failed, parent, succeeded, next] = labels(p);
  const failure = new FailedHook(p, { kind, index, path: hook.path }, tail);
  const attempts = new Attempts(p, `hooks.${kind}[${index}] ${hook.path}`, notStarted);
  const descriptors = new HookDescriptors(p);
  tail.clear();
  p.store(64, p.compute('add', shared, hookTrouble.errno), 0);

  descriptors.open(attempts, state);
  const pid = attempts.call('fork', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', pid, 0, parent);
  // In the container its program is about to be executed, and is where it is to be.
  const place =
    kind === 'startContainer'
      ? { cwd: undefined, outputFiles: undefined }
      : { cwd: plan.state.bundle, outputFiles: plan.outputFiles };
  const environment = environmentOf(plan, kind, hook);
  becomeHook(p, { hook, environment, descriptors, ...place, enter, shared });

  p.place(parent);
  descriptors.close(descriptors.outputWrite);
  const { outputRead: output, signals } = descriptors;
  const ended = watchHook(p, { pid, timeout: hook.timeout, signals, output, tail });
  judge(p, { ended, shared, failure, succeeded });
  p.jump(failed);
  p.place(notStarted);
  failure.set(hookEnd.notStarted, attempts.errno);

  p.place(failed);
  descriptors.closeAll();
  failure.tell(run.onFailure);
  p.jump(next);
  p.place(succeeded);
  descriptors.closeAll();
  p.place(next);
}

/** Goes on at `succeeded` when the hook has; else remembers how it has failed. */
function judge(
  p: ProgramBuilder,
  {
    ended: { status, timedOut },
    shared,
    failure,
    succeeded,
  }: {
    readonly ended: EndedHook;
    readonly shared: Ref;
    readonly failure: FailedHook;
    readonly succeeded: Label;
  },
): void {
  const [late, untouched, killed, judged] = labels(p);
  p.jumpIf('ne', timedOut, 0, late);
  const errno = p.load(64, p.compute('add', shared, hookTrouble.errno));
  p.jumpIf('eq', errno, 0, untouched);
  const before = p.load(64, p.compute('add', shared, hookTrouble.before));
  failure.set(p.compute('add', hookEnd.notExecuted, before), errno);
  p.jump(judged);

  // wait(2): the low seven bits have the signal, the eight above them the exit status.
  p.place(untouched);
  p.jumpIf('eq', status, 0, succeeded);
  const signal = p.compute('and', status, 0x7f);
  p.jumpIf('ne', signal, 0, killed);
  failure.set(hookEnd.exited, p.compute('and', p.compute('shr', status, 8), 0xff));
  p.jump(judged);
  p.place(killed);
  failure.set(hookEnd.killed, signal);
  p.jump(judged);
  p.place(late);
  failure.set(hookEnd.timedOut, timedOut);
  p.place(judged);
}

function labels(p: ProgramBuilder): readonly [Label, Label, Label, Label, Label] {
  return [p.label(), p.label(), p.label(), p.label(), p.label()];
}
