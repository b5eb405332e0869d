import type { CgroupPlan } from '../../cgroup/cgroup-plan.ts';
import type { NamespaceType } from '../../spec/linux.ts';
import type { ProgramPlan } from '../process/become-program.ts';

/** The first process of a container. A process id alone may be another's by now: its start time makes it certain. */
export interface ExecTarget {
  readonly pid: number;
  /** When it was started, in clock ticks since boot: field 22 of proc_pid_stat(5), in decimal. */
  readonly startTime: string;
}

/** Which standard streams somebody is connected to; the others read nothing, and what they write is lost. */
export interface ExecStreams {
  readonly stdin: 'none' | 'open';
  readonly stdout: 'none' | 'open';
  readonly stderr: 'none' | 'open';
}

/** Everything that is known before a process is executed in a running container. `spec.process` is that process. */
export interface ExecPlan extends ProgramPlan {
  readonly target: ExecTarget;
  /** Types of namespaces that are the container's and not the host's. */
  readonly joins: readonly NamespaceType[];
  readonly cgroup: Pick<CgroupPlan, 'join' | 'unified' | 'hierarchies'>;
  readonly oomScoreAdj: number | undefined;
}
