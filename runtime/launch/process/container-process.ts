import { PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { becomeProgram } from './become-program.ts';
import type { ContainerProcessInput } from './container-process-input.ts';
import { allowEveryCpu } from './cpu-affinity.ts';
import { buildFileSystem } from '../root/file-system.ts';
import { joinOwnCgroups, joinsItself } from '../cgroups/join-cgroups.ts';
import { bringUpLoopback } from '../namespaces/loopback.ts';
import { joinNamespaces } from '../namespaces/join-namespaces.ts';
import { waitAtGate } from '../channels/start-gate.ts';
import type { StartPlan } from '../start-plan.ts';
import { awaitGo } from '../channels/sync-channel.ts';
import { enterTimeNamespace } from '../namespaces/time-namespace.ts';
import { becomeRootOfNamespace } from '../namespaces/user-namespace.ts';

/**
 * The steps of the container's first process, from the fork in new namespaces to execve(2). A failure is reported on
 * the start-up channel, whose closing on exec is the sign of success.
 */
export function buildContainerProcess(p: ProgramBuilder, input: ContainerProcessInput): void {
  const { plan, sync } = input;
  p.set(p.replyFd, sync);
  endWithMonitor(p);
  p.call('start a session', 'setsid', []);
  if (joinsItself(plan)) joinOwnCgroups(p, plan, input.inUnified);
  // Where another process moves it into its cgroups, before or after that.
  allowEveryCpu(p);
  enterNamespaces(p, plan, sync);

  p.call('clear the umask', 'umask', [0]);
  // Before the file system, within which hooks are run: they find everything else made.
  const { spec } = plan;
  if (spec.hostname !== undefined) setName(p, 'sethostname', spec.hostname);
  if (spec.domainname !== undefined) setName(p, 'setdomainname', spec.domainname);
  if (plan.namespaces.newNetwork) bringUpLoopback(p);
  buildFileSystem(p, input);

  if (input.gate) waitAtGate(p, { gate: input.gate, sync, process: plan.spec.process });
  becomeProgram(p, input);
}

/** Enters what the fork has not made, and what was not joined before it. */
function enterNamespaces(p: ProgramBuilder, { namespaces, spec }: StartPlan, sync: Ref): void {
  const { newTime, user, join, joinsFirst } = namespaces;
  if (newTime && user !== 'joined') enterTimeNamespace(p, spec.linux.timeOffsets);
  if (user === 'new') {
    // Until the ids are mapped, by a process outside.
    awaitGo(p, sync);
    becomeRootOfNamespace(p, spec.process.user);
    // The change of user has cleared it.
    endWithMonitor(p);
  }
  if (!joinsFirst) joinNamespaces(p, join);
}

function endWithMonitor(p: ProgramBuilder): void {
  p.call('end with the monitor', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
}

function setName(p: ProgramBuilder, call: 'sethostname' | 'setdomainname', name: string): void {
  p.call(`${call} ${name}`, call, [p.string(name), Buffer.byteLength(name)]);
}
