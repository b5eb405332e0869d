import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import { type CriuCall, executeCriu, forbidPrivileges } from '../../launch/criu/execute-criu.ts';
import { networkFd } from '../../launch/criu/external.ts';
import { remountBind } from '../../launch/mounts/bind-mount.ts';
import { exitAs, waitForEnd } from '../../launch/process/exit-as.ts';
import { makeCgroups } from '../../launch/cgroups/make-cgroups.ts';
import type { Spec } from '../../spec/spec.ts';
import { closeFrom } from '../../syscall/close-from.ts';
import { CLONE_NEWNS } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_RDONLY } from '../../syscall/constants/fs.ts';
import {
  MS_BIND,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_SHARED,
} from '../../syscall/constants/mount.ts';
import { PR_SET_CHILD_SUBREAPER, SIGCHLD } from '../../syscall/constants/process.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';

/** What `restoreProgram` is made from. */
export interface RestorePlan extends CriuCall {
  readonly id: string;
  readonly spec: Pick<Spec, 'process' | 'root'>;
  readonly rootfs: string;
  /** An empty folder that the root is mounted on while it is restored. */
  readonly target: string;
  readonly cgroup: CgroupPlan;
  /** The file of a network namespace that is joined. */
  readonly network: string | undefined;
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
function mountRoot(p: ProgramBuilder, { rootfs, target, spec }: RestorePlan): void {
  p.call('leave the mounts of the host', 'unshare', [CLONE_NEWNS]);
  p.call('keep mounts to ourselves', 'mount', [0, p.string('/'), 0, MS_REC | MS_PRIVATE, 0]);
  const [from, to] = [p.string(rootfs), p.string(target)];
  p.call(`mount ${rootfs}`, 'mount', [from, to, 0, MS_BIND | MS_REC, 0]);
  p.call(`share ${target}`, 'mount', [0, to, 0, MS_SHARED, 0]);
  // CRIU restores the flags of every mount but that of the root, which it takes as it finds it.
  if (spec.root.readonly) remountBind(p, to, { set: MS_RDONLY, clear: 0, label: 'the root' });
}

/** Everything that CRIU makes is in the cgroups that it is in itself. */
function becomeCriu(p: ProgramBuilder, plan: RestorePlan): void {
  for (const file of plan.cgroup.join) p.write(`join the cgroup ${file}`, file, '0');
  for (const number of [0, 1, 2])
    p.call('hand a stream on', 'dup3', [firstKeptFd + number, number, 0]);
  if (plan.network !== undefined) {
    const path = p.string(plan.network);
    const fd = p.call(`open ${plan.network}`, 'openat', [AT_FDCWD, path, O_RDONLY, 0]);
    p.call('keep the network namespace', 'dup3', [fd, networkFd, 0]);
    closeFrom(p, networkFd + 1);
  }
  forbidPrivileges(p, plan.spec.process);
  executeCriu(p, plan);
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
