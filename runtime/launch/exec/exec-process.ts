import { PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { executeProgram } from '../become-program.ts';
import type { ContainerStreams } from '../streams.ts';
import { becomeRootOfNamespace } from '../user-namespace.ts';
import { setCpuAffinity } from './cpu-affinity.ts';
import { joinExecCgroups, type ExecCgroups } from './exec-cgroups.ts';
import type { ExecPlan } from './exec-plan.ts';
import { useExecStreams } from './exec-streams.ts';

/** What the process gets from the relay that forked it. */
export interface ExecProcessInput {
  readonly plan: ExecPlan;
  /** Its end of the start-up channel. */
  readonly sync: Ref;
  readonly streams: ContainerStreams;
  readonly cgroups: ExecCgroups;
  /** Not 0 when it was born in its cgroup. */
  readonly inCgroup: Ref;
}

/** The steps of the executed process, from the fork in the container's namespaces to execve(2). */
export function buildExecProcess(
  p: ProgramBuilder,
  { plan, sync, streams, cgroups, inCgroup }: ExecProcessInput,
): void {
  p.set(p.replyFd, sync);
  endWithRelay(p);
  p.call('start a session', 'setsid', []);
  joinExecCgroups(p, cgroups, inCgroup);
  const { process } = plan.spec;
  setCpuAffinity(p, 'process.execCPUAffinity.final', process.execCPUAffinity?.final);
  if (plan.namespaces.user === 'joined') {
    becomeRootOfNamespace(p, process.user);
    // The change of user has cleared it.
    endWithRelay(p);
  }
  useExecStreams(p, streams, { uid: process.user.uid, size: process.consoleSize, sync });
  executeProgram(p, plan, { sync, before: () => undefined });
}

function endWithRelay(p: ProgramBuilder): void {
  p.call('end with the relay', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
}
