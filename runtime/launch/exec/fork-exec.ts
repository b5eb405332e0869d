import { CLONE_PARENT } from '../../syscall/constants/clone.ts';
import { O_CLOEXEC } from '../../syscall/constants/fs.ts';
import {
  PR_SET_DUMPABLE,
  PR_SET_PDEATHSIG,
  SIGCHLD,
  SIGKILL,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { failureSize } from '../../syscall/layout.ts';
import { launcherFd } from '../../syscall/launcher-program.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { forkInto } from '../namespaces/fork-here.ts';
import { writeHostProcFile } from '../namespaces/host-proc-file.ts';
import { passFailureOn } from '../channels/pass-failure-on.ts';
import { setSecurityLabels } from '../security/security-labels.ts';
import { type ContainerStreams, endsToClose } from '../process/streams.ts';
import { openSyncChannel, type SyncChannel } from '../channels/sync-channel.ts';
import { setCpuAffinity } from '../process/cpu-affinity.ts';
import { openExecCgroups } from './exec-cgroups.ts';
import type { ExecPlan } from './exec-plan.ts';
import { buildExecProcess } from './exec-process.ts';
import { joinLabel, joinTarget, openTarget } from './join-target.ts';
import type { FilesAsBefore } from './require-unchanged.ts';

/** The step that fails when the container's pid namespace has ended. */
export const forkLabel = `${joinLabel} with a new process`;

/** What the joiner says: the process id of whom it has forked. */
const answerSize = 8;

/** What is forked, and what stays behind. */
export interface ExecFork {
  readonly plan: ExecPlan;
  /** See `execute`. */
  readonly argv?: Address;
  readonly unchanged?: FilesAsBefore;
  readonly streams: ContainerStreams;
  /** Descriptors that are nobody else's. */
  readonly own: readonly Ref[];
}

/** A process that is about to be forked: there is time for something else. */
export interface ForkingExec {
  readonly joiner: Ref;
  /** On which the joiner says whom it has forked. */
  readonly birth: Ref;
  readonly sync: SyncChannel;
}

/** A process on its way to its program: what it says comes on the channel, in the order of a start. */
export interface ForkedExec {
  readonly child: Ref;
  readonly sync: SyncChannel;
}

/**
 * Forks a process into a running container, by way of a joiner: that enters the container's namespaces, forks the process
 * as a sibling of its own (CLONE_PARENT) and ends. So whoever runs this stays on the host, and the process is born in the
 * container's root file system, not dumpable, with nothing in its hands but its streams, the start-up channel and its
 * cgroups: all that those in the container who can trace any process could take from it (CVE-2016-9962, CVE-2024-21626).
 */
export function forkExec(
  p: ProgramBuilder,
  { plan, argv, unchanged, streams, own }: ExecFork,
): ForkingExec {
  const sync = openSyncChannel(p);
  const birth = openBirthChannel(p);
  const [outside, parent] = [p.label(), p.label()];
  const joiner = p.call('fork the process that joins', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', joiner, 0, outside);

  p.set(p.replyFd, birth.write);
  p.call('end with who has asked', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  for (const fd of [launcherFd, birth.read, sync.parent, ...own])
    p.call('close what stays outside', 'close', [fd]);
  const { process } = plan.spec;
  const { initial } = process.execCPUAffinity ?? {};
  setCpuAffinity(p, 'process.execCPUAffinity.initial', initial);
  const target = openTarget(p, plan.target);
  const cgroups = openExecCgroups(p, plan.cgroup);
  // Labels and scores go on to whom this process forks.
  setSecurityLabels(p, process);
  setOwnOomScore(p, plan.oomScoreAdj);
  joinTarget(p, target, plan.joins);
  // A change of user namespace may have made it dumpable (proc_sys_fs(5), suid_dumpable).
  p.call('hide the process', 'prctl', [PR_SET_DUMPABLE, 0, 0, 0, 0]);
  const { folder } = cgroups;
  const { child, inUnified } = forkInto(p, { label: forkLabel, flags: CLONE_PARENT, folder });
  p.jumpIf('ne', child, 0, parent);
  p.call('close what stays outside', 'close', [birth.write]);
  const input = { plan, argv, unchanged, sync: sync.child, streams, cgroups, inUnified };
  buildExecProcess(p, input);

  p.place(parent);
  const answer = p.reserve(answerSize);
  p.set(answer, child);
  p.call('say who was forked', 'write', [birth.write, answer, answerSize]);
  p.exit(0);

  p.place(outside);
  for (const end of [sync.child, birth.write, ...endsToClose(streams)])
    p.call('close what belongs to the process', 'close', [end]);
  return { joiner, birth: birth.read, sync };
}

interface BirthChannel {
  readonly read: Ref;
  readonly write: Ref;
}

/** One of its own: the process may say something before the joiner has said who it is. */
function openBirthChannel(p: ProgramBuilder): BirthChannel {
  const ends = p.reserve(8);
  p.call('make the channel of the joiner', 'pipe2', [ends, O_CLOEXEC]);
  return { read: p.value32(ends), write: p.value32(ends.at(4)) };
}

function setOwnOomScore(p: ProgramBuilder, score: number | undefined): void {
  if (score === undefined) return;
  writeHostProcFile(p, {
    label: `set process.oomScoreAdj to ${score}`,
    proc: '/proc',
    files: ['self/oom_score_adj'],
    value: String(score),
  });
}

/**
 * Waits for the process that `forkExec` has begun to fork. The joiner has ended, one way or the other, before what it said
 * is looked at: it cannot leave us waiting.
 */
export function hearOfBirth(
  p: ProgramBuilder,
  { joiner, birth: channel, sync }: ForkingExec,
): ForkedExec {
  const [told, said] = [p.label(), p.label()];
  p.call('wait for the process that joins', 'wait4', [joiner, 0, 0, 0]);
  const buffer = p.reserve(failureSize);
  const length = p.call('hear who was forked', 'read', [channel, buffer, failureSize]);
  p.call('close the channel of the joiner', 'close', [channel]);
  p.jumpIf('eq', length, answerSize, told);
  p.jumpIf('ne', length, 0, said);
  p.fail('the process that joins was killed', errnoNumber('ECHILD'));
  p.place(said);
  passFailureOn(p, { child: joiner, buffer, length });
  p.place(told);
  return { child: p.value(buffer), sync };
}
