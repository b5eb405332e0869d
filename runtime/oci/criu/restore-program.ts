import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { exitAs, waitForEnd } from '../../launch/process/exit-as.ts';
import { makeCgroups } from '../../launch/cgroups/make-cgroups.ts';
import { closeFrom } from '../../syscall/close-from.ts';
import { CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_RDONLY } from '../../syscall/constants/fs.ts';
import { MS_BIND, MS_PRIVATE, MS_REC, MS_SHARED } from '../../syscall/constants/mount.ts';
import {
  PR_SET_CHILD_SUBREAPER,
  SIG_SETMASK,
  SIGCHLD,
  SIGSET_SIZE,
} from '../../syscall/constants/process.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { networkFd } from './external.ts';

/** What `restoreProgram` is made from. */
export interface RestorePlan {
  readonly id: string;
  readonly rootfs: string;
  /** An empty folder that the root is mounted on while it is restored. */
  readonly target: string;
  readonly cgroup: CgroupPlan;
  /** The file of a network namespace that is joined. */
  readonly network: string | undefined;
  /** The path of CRIU's program, and all its arguments. */
  readonly criu: string;
  readonly args: readonly string[];
  readonly environment: readonly string[];
  /** As in `OciCreateRequest`. */
  readonly then: 'leave' | 'wait';
}

/**
 * The program that restores a container: makes its cgroups, mounts its root where nobody else sees it, and executes CRIU with
 * the caller's streams in these cgroups. It answers with CRIU's wait status; the container is then a child of the next
 * subreaper, or of this program, which ends with its exit status.
 */
export function restoreProgram(plan: RestorePlan): ProgramBuilder {
  const { id, cgroup, then } = plan;
  const p = new ProgramBuilder(`restore ${id}`);
  mountRoot(p, plan);
  makeCgroups(p, cgroup);
  if (then === 'wait') {
    p.call('adopt the container', 'prctl', [PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0]);
  }
  const parent = p.label();
  const child = p.call('fork CRIU', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', child, 0, parent);
  becomeCriu(p, plan);

  p.place(parent);
  const answer = p.reserve(8);
  const status = waitForEnd(p, child);
  p.set(answer, status);
  p.reply(answer, 8);
  const failed = p.label();
  if (then === 'wait') {
    p.jumpIf('ne', status, 0, failed);
    waitForLast(p);
  }
  p.place(failed);
  p.exit(0);
  return p;
}

/** CRIU wants the root to be a mount, and takes its propagation group from there when the container's had one. */
function mountRoot(p: ProgramBuilder, { rootfs, target }: RestorePlan): void {
  p.call('leave the mounts of the host', 'unshare', [CLONE_NEWNS]);
  p.call('keep mounts to ourselves', 'mount', [0, p.string('/'), 0, MS_REC | MS_PRIVATE, 0]);
  const [from, to] = [p.string(rootfs), p.string(target)];
  p.call(`mount ${rootfs}`, 'mount', [from, to, 0, MS_BIND | MS_REC, 0]);
  p.call(`share ${target}`, 'mount', [0, to, 0, MS_SHARED, 0]);
}

/** Everything that CRIU makes is in the cgroups that it is in itself. */
function becomeCriu(p: ProgramBuilder, plan: RestorePlan): void {
  for (const file of plan.cgroup.join) p.write(`join the cgroup ${file}`, file, '0');
  for (const number of [0, 1, 2])
    p.call('hand a stream on', 'dup3', [firstKeptFd + number, number, 0]);
  const nothing = p.reserve(SIGSET_SIZE);
  p.call('unblock all signals', 'rt_sigprocmask', [SIG_SETMASK, nothing, 0, SIGSET_SIZE]);
  if (plan.network !== undefined) {
    const path = p.string(plan.network);
    const fd = p.call(`open ${plan.network}`, 'openat', [AT_FDCWD, path, O_RDONLY, 0]);
    p.call('keep the network namespace', 'dup3', [fd, networkFd, 0]);
    closeFrom(p, networkFd + 1);
  }
  const { criu, args, environment } = plan;
  p.call(`execute ${criu}`, 'execve', [
    p.string(criu),
    p.stringArray([criu, ...args]),
    p.stringArray(environment),
  ]);
}

/** Waits for everybody; the container's first process ends last, and the exit status is its. */
function waitForLast(p: ProgramBuilder): void {
  const [again, ended] = [p.label(), p.label()];
  const [status, last] = [p.reserve(8), p.value(p.reserve(8))];
  p.set(last, 0);
  p.place(again);
  p.call('wait for the end of the container', 'wait4', [-1, status, 0, 0], { onError: ended });
  p.set(last, p.value32(status));
  p.jump(again);
  p.place(ended);
  exitAs(p, last);
}
