import { PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { executeProgram } from '../process/become-program.ts';
import { setFinalCpuAffinity } from '../process/cpu-affinity.ts';
import type { ContainerStreams } from '../process/streams.ts';
import { becomeRootOfNamespace } from '../namespaces/user-namespace.ts';
import { joinExecCgroups, type ExecCgroups } from './exec-cgroups.ts';
import type { ExecPlan } from './exec-plan.ts';
import { useExecStreams } from './exec-streams.ts';
import { requireUnchanged, type FilesAsBefore } from './require-unchanged.ts';

/** What the process gets from the relay that forked it. */
export interface ExecProcessInput {
  readonly plan: ExecPlan;
  /** See `execute`. */
  readonly argv: Address | undefined;
  readonly unchanged: FilesAsBefore | undefined;
  /** Its end of the start-up channel. */
  readonly sync: Ref;
  readonly streams: ContainerStreams;
  readonly cgroups: ExecCgroups;
  /** Not 0 when it was born in its folder of cgroup v2. */
  readonly inUnified: Ref;
}

/** The steps of the executed process, from the fork in the container's namespaces to execve(2). */
export function buildExecProcess(
  p: ProgramBuilder,
  { plan, argv, unchanged, sync, streams, cgroups, inUnified }: ExecProcessInput,
): void {
  p.set(p.replyFd, sync);
  endWithRelay(p);
  p.call('start a session', 'setsid', []);
  joinExecCgroups(p, cgroups, inUnified);
  // Before anything is done for a user who may be another by now.
  if (unchanged) requireUnchanged(p, unchanged);
  const { process } = plan.spec;
  setFinalCpuAffinity(p, process.execCPUAffinity);
  if (plan.namespaces.user === 'joined') {
    becomeRootOfNamespace(p, process.user);
    // The change of user has cleared it.
    endWithRelay(p);
  }
  useExecStreams(p, streams, { uid: process.user.uid, size: process.consoleSize, sync });
  executeProgram(p, plan, { sync, argv, before: () => undefined });
}

function endWithRelay(p: ProgramBuilder): void {
  p.call('end with the relay', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
}
