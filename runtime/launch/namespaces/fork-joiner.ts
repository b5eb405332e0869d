import { CLONE_PARENT } from '../../syscall/constants/clone.ts';
import { MSG_DONTWAIT } from '../../syscall/constants/io.ts';
import {
  PR_SET_DUMPABLE,
  PR_SET_PDEATHSIG,
  SIGCHLD,
  SIGKILL,
} from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { failureSize } from '../../syscall/layout.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { type ForkedContainer, forkHere } from './fork-here.ts';
import { joinNamespaces } from './join-namespaces.ts';
import { passFailureOn } from '../channels/pass-failure-on.ts';
import type { StartPlan } from '../start-plan.ts';
import type { SyncChannel } from '../channels/sync-channel.ts';
import { enterTimeNamespace } from './time-namespace.ts';
import { becomeRootOfNamespace } from './user-namespace.ts';

/** What the joiner says: process id and whether the container is in its cgroup, 64 bits each. */
const answerSize = 16;

/**
 * Forks the container by way of a process that joins namespaces first: see `NamespacePlan.joinsFirst`. The container's
 * process is a child of ours all the same (CLONE_PARENT).
 */
export function forkByJoiner(
  p: ProgramBuilder,
  { plan, sync }: { readonly plan: StartPlan; readonly sync: SyncChannel },
): ForkedContainer {
  const [child, inUnified] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  const [waiting, done] = [p.label(), p.label()];
  const joiner = p.call('fork the process that joins namespaces', 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', joiner, 0, waiting);

  becomeMember(p, { plan, sync });
  const forked = forkHere(p, plan, { flags: CLONE_PARENT });
  p.set(child, forked.child);
  p.jumpIf('eq', child, 0, done);
  const answer = p.reserve(answerSize);
  p.set(answer, child);
  p.set(answer.at(8), forked.inUnified);
  p.call('say who the container is', 'write', [sync.child, answer, answerSize]);
  p.exit(0);

  p.place(waiting);
  hearFrom(p, { joiner, sync, child, inUnified });
  p.place(done);
  return { child, inUnified };
}

/** Joins everything. What it forks then cannot be looked into from the namespaces that it is in (CVE-2016-9962). */
function becomeMember(
  p: ProgramBuilder,
  { plan, sync }: { readonly plan: StartPlan; readonly sync: SyncChannel },
): void {
  p.set(p.replyFd, sync.child);
  p.call('end with the monitor', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const { join, newTime, user } = plan.namespaces;
  joinNamespaces(p, join);
  if (user === 'joined') {
    // Before the change of ids: afterwards its files under /proc belong to root of the host.
    if (newTime) enterTimeNamespace(p, plan.spec.linux.timeOffsets);
    becomeRootOfNamespace(p, plan.spec.process.user);
  }
  p.call('hide the process', 'prctl', [PR_SET_DUMPABLE, 0, 0, 0, 0]);
}

/** The joiner has ended, one way or the other, before what it said is looked at: it cannot leave us waiting. */
function hearFrom(
  p: ProgramBuilder,
  {
    joiner,
    sync,
    child,
    inUnified,
  }: { readonly joiner: Ref; readonly sync: SyncChannel } & ForkedContainer,
): void {
  const [silent, told] = [p.label(), p.label()];
  p.call('wait for the process that joins namespaces', 'wait4', [joiner, 0, 0, 0]);
  const buffer = p.reserve(failureSize);
  const args = [sync.parent, buffer, failureSize, MSG_DONTWAIT, 0, 0];
  const length = p.call('hear who the container is', 'recvfrom', args, { onError: silent });
  p.jumpIf('eq', length, answerSize, told);
  passFailureOn(p, { child: joiner, buffer, length });
  p.place(silent);
  p.fail('the process that joins namespaces was killed', errnoNumber('ECHILD'));
  p.place(told);
  p.set(child, p.value(buffer));
  p.set(inUnified, p.value(buffer.at(8)));
}
