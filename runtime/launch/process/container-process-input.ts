import type { Ref } from '../../syscall/program.ts';
import type { IdMappedTrees } from '../mounts/id-mapped-mounts.ts';
import type { StartPlan } from '../start-plan.ts';
import type { ContainerStreams } from './streams.ts';

/** What the container's first process gets from the monitor that forked it. */
export interface ContainerProcessInput {
  readonly plan: StartPlan;
  /** Its end of the start-up channel. */
  readonly sync: Ref;
  readonly streams: ContainerStreams;
  /** Not 0 when it was born in its folder of cgroup v2. */
  readonly inUnified: Ref;
  readonly idMapped: IdMappedTrees;
  /** See `BringUp`. */
  readonly gate?: Ref | undefined;
}
