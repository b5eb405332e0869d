import { PR_SET_PDEATHSIG, SIGKILL } from '../syscall/constants/process.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { becomeProgram } from './become-program.ts';
import type { ContainerProcessInput } from './container-process-input.ts';
import { buildFileSystem } from './file-system.ts';
import { joinOwnCgroups, joinsItself } from './join-cgroups.ts';
import { bringUpLoopback } from './loopback.ts';
import { joinNamespaces } from './namespaces.ts';
import { waitAtGate } from './start-gate.ts';
import { awaitGo } from './sync-channel.ts';
import { enterTimeNamespace } from './time-namespace.ts';

/**
 * The steps of the container's first process, from the fork in new namespaces to execve(2). A failure is reported on
 * the start-up channel, whose closing on exec is the sign of success.
 */
export function buildContainerProcess(p: ProgramBuilder, input: ContainerProcessInput): void {
  const { plan, sync } = input;
  p.set(p.replyFd, sync);
  p.call('end with the monitor', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  p.call('start a session', 'setsid', []);
  if (joinsItself(plan)) joinOwnCgroups(p, plan);
  if (plan.namespaces.newTime) enterTimeNamespace(p, plan.spec.linux.timeOffsets);
  if (plan.namespaces.newUser) becomeMappedRoot(p, sync);
  joinNamespaces(p, plan.namespaces);

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

/** Waits until the ids are mapped, then becomes root of the new user namespace (user_namespaces(7)). */
function becomeMappedRoot(p: ProgramBuilder, sync: Ref): void {
  awaitGo(p, sync);
  p.call('become root of the user namespace', 'setresgid', [0, 0, 0]);
  p.call('become root of the user namespace', 'setresuid', [0, 0, 0]);
}

function setName(p: ProgramBuilder, call: 'sethostname' | 'setdomainname', name: string): void {
  p.call(`${call} ${name}`, call, [p.string(name), Buffer.byteLength(name)]);
}
