import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { type ForkedContainer, forkHere } from './fork-here.ts';
import { forkByJoiner } from './fork-joiner.ts';
import type { StartPlan } from '../start-plan.ts';
import type { SyncChannel } from '../channels/sync-channel.ts';

/** Forks the container in its new namespaces, and where that has to come before, in those that it joins. */
export function forkContainer(
  p: ProgramBuilder,
  { plan, sync }: { readonly plan: StartPlan; readonly sync: SyncChannel },
): ForkedContainer {
  if (plan.namespaces.joinsFirst) return forkByJoiner(p, { plan, sync });
  return forkHere(p, plan, { flags: 0 });
}
