import {
  PR_SET_PDEATHSIG,
  SIG_SETMASK,
  SIGKILL,
  SIGSET_SIZE,
} from '../../syscall/constants/process.ts';
import { AT_FDCWD, O_APPEND, O_CLOEXEC, O_CREAT, O_WRONLY } from '../../syscall/constants/fs.ts';
import { closeFrom } from '../../syscall/close-from.ts';
import type { Hook } from '../../spec/hooks.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { HookDescriptors } from './hook-descriptors.ts';
import type { HooksPlan } from './hooks-plan.ts';

/** What a hook's process is made with. */
export interface HookProcess {
  readonly hook: Hook;
  readonly environment: readonly string[];
  readonly descriptors: HookDescriptors;
  /** Its current folder; `undefined`: that of whoever runs it. */
  readonly cwd: string | undefined;
  /** See `HooksPlan`; absent for a hook that may not write to files of the host. */
  readonly outputFiles: HooksPlan['outputFiles'] | undefined;
  /** Adds the steps that bring the process to where the hook's path is resolved. */
  readonly enter: (() => void) | undefined;
  /** Absolute address of a page that is shared with who waits: see `hookTrouble`. */
  readonly shared: Ref;
}

/** What a hook's process leaves in the shared page when its program cannot be executed. */
export const hookTrouble = {
  /** errno; 0 when the program was executed. */
  errno: 0,
  /** 1 when a step before execve(2) has failed. */
  before: 8,
} as const;

/** The steps of a hook's process, from the fork to execve(2). It has three descriptors, no signal blocked, and a session. */
export function becomeHook(p: ProgramBuilder, process: HookProcess): void {
  const { hook, environment, descriptors, cwd, enter, outputFiles, shared } = process;
  const failed = p.label();
  const result = p.value(p.reserve(8));
  const must = (label: string, call: string, args: readonly Value[]): Ref => {
    p.set(result, p.call(label, call, args, { onError: 'ignore' }));
    p.jumpIf('lt', result, 0, failed);
    return result;
  };
  p.store(64, p.compute('add', shared, hookTrouble.before), 1);
  // Whoever waits for a hook also ends it when its time is up: nobody would, once that process is gone.
  must('end the hook with its runtime', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  must('start a session', 'setsid', []);
  must('give the hook its input', 'dup3', [descriptors.stdin, 0, 0]);
  for (const number of [1, 2])
    must('keep the output of the hook', 'dup3', [descriptors.outputWrite, number, 0]);
  must('set the umask', 'umask', [0o022]);
  enter?.();
  for (const [path, number] of [
    [outputFiles?.stdout, 1],
    [outputFiles?.stderr, 2],
  ] as const) {
    if (path === undefined) continue;
    const flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    const fd = must(`open ${path}`, 'openat', [AT_FDCWD, p.string(path), flags, 0o600]);
    must(`write to ${path}`, 'dup3', [fd, number, 0]);
  }
  if (cwd !== undefined) must(`enter ${cwd}`, 'chdir', [p.string(cwd)]);
  const nothing = p.reserve(SIGSET_SIZE);
  must('unblock all signals', 'rt_sigprocmask', [SIG_SETMASK, nothing, 0, SIGSET_SIZE]);
  closeFrom(p, 3);

  p.store(64, p.compute('add', shared, hookTrouble.before), 0);
  const args = hook.args.length === 0 ? [hook.path] : hook.args;
  const program = [p.string(hook.path), p.stringArray(args), p.stringArray(environment)];
  must(`execute ${hook.path}`, 'execve', program);
  p.place(failed);
  p.store(64, p.compute('add', shared, hookTrouble.errno), p.compute('sub', 0, result));
  p.exit(127);
}
