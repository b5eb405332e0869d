import type { Spec } from '../../spec/spec.ts';
import { PR_SET_NO_NEW_PRIVS, SIG_SETMASK, SIGSET_SIZE } from '../../syscall/constants/process.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** What CRIU is called with. */
export interface CriuCall {
  /** The path of its program. */
  readonly criu: string;
  /** All its arguments. */
  readonly args: readonly string[];
  /** `NAME=value` */
  readonly environment: readonly string[];
}

/** What a restored process is to have that CRIU does not restore: 3.17 forgets it, and whoever makes a process passes it on. */
export function forbidPrivileges(
  p: ProgramBuilder,
  { noNewPrivileges }: Pick<Spec['process'], 'noNewPrivileges'>,
): void {
  if (noNewPrivileges) p.call('set no_new_privs', 'prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
}

/** Becomes CRIU: the last steps of a process that was forked for it. What it is to have is open by now. */
export function executeCriu(p: ProgramBuilder, { criu, args, environment }: CriuCall): void {
  // What the launcher and the monitor block they pass on.
  const nothing = p.reserve(SIGSET_SIZE);
  p.call('unblock all signals', 'rt_sigprocmask', [SIG_SETMASK, nothing, 0, SIGSET_SIZE]);
  p.call(`run CRIU, ${criu}`, 'execve', [
    p.string(criu),
    p.stringArray([criu, ...args]),
    p.stringArray(environment),
  ]);
}

/** What CRIU itself calls (tar, ip) it finds where berth does. */
export function criuEnvironment(): readonly string[] {
  return [`PATH=${process.env['PATH'] ?? ''}`];
}
