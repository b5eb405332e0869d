import { CLOSE_RANGE_CLOEXEC } from '../../syscall/constants/fs.ts';
import {
  KEYCTL_JOIN_SESSION_KEYRING,
  PR_SET_DUMPABLE,
  PR_SET_NO_NEW_PRIVS,
  PR_SET_PDEATHSIG,
  SIG_SETMASK,
  SIGSET_SIZE,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ContainerProcessInput } from './container-process-input.ts';
import { becomeUser } from './credentials.ts';
import { execute } from './execute.ts';
import { runStartHooks } from '../hooks/hooks-of-container.ts';
import { goUnderInit, prepareInit } from '../init/under-init.ts';
import { setIoPriority } from './io-priority.ts';
import { setPersonality } from './personality.ts';
import { setScheduler } from './scheduler.ts';
import { installFilter } from '../seccomp/seccomp-filter.ts';
import type { StartPlan } from '../start-plan.ts';

/** What of a plan is about a process and its program alone. */
export interface ProgramPlan extends Pick<
  StartPlan,
  | 'spec'
  | 'rlimits'
  | 'seccomp'
  | 'seccompListener'
  | 'lastCapability'
  | 'newKeyring'
  | 'preserveFds'
> {
  readonly namespaces: Pick<StartPlan['namespaces'], 'user'>;
}

/** The last steps of a container's first process before its program. */
export function becomeProgram(
  p: ProgramBuilder,
  { plan, sync, gate }: Pick<ContainerProcessInput, 'plan' | 'sync' | 'gate'>,
): void {
  const init = prepareInit(p, plan);
  executeProgram(p, plan, {
    sync,
    before: () => {
      runStartHooks(p, { hooks: plan.hooks, sync }, { monitored: gate === undefined });
      if (init) goUnderInit(p, plan, init);
    },
  });
}

/** What goes into the last steps of a process beside its plan. */
interface ProgramSetup {
  /** Its end of the start-up channel. */
  readonly sync: Ref;
  /** See `execute`. */
  readonly argv?: Address | undefined;
  /** Adds what is done when all of the plan holds. */
  readonly before: () => void;
}

/**
 * The last steps of any process of a container before its program: its limits, its user, what it may do, and execve(2).
 */
export function executeProgram(
  p: ProgramBuilder,
  plan: ProgramPlan,
  { sync, argv, before }: ProgramSetup,
): void {
  setLimits(p, plan);
  const { process } = plan.spec;
  // A kernel without keyrings, or one whose quota is used up, runs containers all the same.
  if (plan.newKeyring)
    p.call('join a keyring', 'keyctl', [KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0], {
      onError: 'ignore',
    });
  passDescriptors(p, plan.preserveFds);
  // Everything was opened with close-on-exec; this is for what the program that started us had left open.
  p.call('close on exec', 'close_range', [3 + plan.preserveFds, 0xffffffff, CLOSE_RANGE_CLOEXEC], {
    onError: 'ignore',
  });
  if (process.noNewPrivileges)
    p.call('set no_new_privs', 'prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
  p.call('set the umask', 'umask', [process.user.umask ?? 0o022]);

  // Root can enter folders that the user cannot, and the other way round on network file systems: try as both.
  const entered = p.call(`enter ${process.cwd}`, 'chdir', [p.string(process.cwd)], {
    onError: 'ignore',
  });
  const later = p.label();
  p.jumpIf('ne', entered, 0, later);
  // Before the filter, which may forbid to look.
  refuseOutsideFolder(p);
  p.place(later);
  setKindOfService(p, plan);
  // Without no_new_privs the filter needs CAP_SYS_ADMIN, which the user does not have (seccomp(2)).
  if (!process.noNewPrivileges) installFilter(p, plan, sync);
  becomeUser(p, process, {
    lastCapability: plan.lastCapability,
    inUserNamespace: plan.namespaces.user !== 'host',
  });
  const done = p.label();
  p.jumpIf('eq', entered, 0, done);
  p.call(`enter ${process.cwd}`, 'chdir', [p.string(process.cwd)]);
  refuseOutsideFolder(p);
  p.place(done);
  p.call('hide the process', 'prctl', [PR_SET_DUMPABLE, 0, 0, 0, 0]);
  p.call('unblock all signals', 'rt_sigprocmask', [
    SIG_SETMASK,
    p.reserve(SIGSET_SIZE),
    0,
    SIGSET_SIZE,
  ]);
  p.call('live on without the monitor', 'prctl', [PR_SET_PDEATHSIG, 0, 0, 0, 0]);
  if (process.noNewPrivileges) installFilter(p, plan, sync);
  before();
  execute(p, process, argv);
}

/** What the caller handed over begins right after the standard streams (sd_listen_fds(3)). */
function passDescriptors(p: ProgramBuilder, count: number): void {
  const from = firstKeptFd + 3;
  for (let i = 0; i < count; i += 1)
    p.call(`hand descriptor ${3 + i} over`, 'dup3', [from + i, 3 + i, 0]);
}

/** What needs the capabilities that go with the user, and calls that a filter may forbid. */
function setKindOfService(p: ProgramBuilder, { spec }: ProgramPlan): void {
  const { scheduler, ioPriority } = spec.process;
  if (scheduler) setScheduler(p, scheduler);
  if (ioPriority) setIoPriority(p, ioPriority);
  if (spec.linux.personality) setPersonality(p, spec.linux.personality);
}

/** A current folder outside the root would be a way out of it; getcwd(2) then says "(unreachable)". */
function refuseOutsideFolder(p: ProgramBuilder): void {
  const size = 4096;
  const path = p.reserve(size);
  const inside = p.label();
  p.call('look where the current folder is', 'getcwd', [path, size]);
  p.jumpIf('eq', p.load(8, path), '/'.charCodeAt(0), inside);
  p.fail('the current folder is outside the root', errnoNumber('EXDEV'));
  p.place(inside);
}

function setLimits(p: ProgramBuilder, { rlimits }: ProgramPlan): void {
  for (const { resource, soft, hard } of rlimits) {
    const limit = p.bytes(Buffer.from(BigUint64Array.of(soft, hard).buffer));
    p.call(`set resource limit ${resource}`, 'prlimit64', [0, resource, limit, 0]);
  }
}
