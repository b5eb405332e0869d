import { z } from 'zod';

/**
 * Where a container is in its life. `restarting`: its program has ended, and its policy starts it again in a moment.
 */
export const containerStatuses = [
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
  'dead',
] as const;

/** State as it is kept on disk. */
export const containerStateSchema = z.object({
  status: z.enum(containerStatuses),
  /** Milliseconds since 1970; 0: never started. */
  startedAt: z.number(),
  /** Milliseconds since 1970; 0: never ended. */
  finishedAt: z.number(),
  exitCode: z.int(),
  oomKilled: z.boolean(),
  /** Why the last start or removal did not work; empty when it did. */
  error: z.string(),
});

/** A container's state; values are replaced, never changed. */
export type ContainerState = Readonly<z.infer<typeof containerStateSchema>>;

/** One of the words that `docker ps --filter status=` takes. */
export type ContainerStatus = ContainerState['status'];

/** How a container ended. */
export interface ContainerExit {
  readonly exitCode: number;
  readonly finishedAt: number;
  readonly oomKilled: boolean;
}

/** The state of a container that has just been made. */
export const initialState: ContainerState = {
  status: 'created',
  startedAt: 0,
  finishedAt: 0,
  exitCode: 0,
  oomKilled: false,
  error: '',
};

/** Whether the container has a process, or is about to have one again: what Docker calls running. */
export function isLive(state: ContainerState): boolean {
  return state.status === 'running' || state.status === 'paused' || state.status === 'restarting';
}

/** Whether the container's program runs, or did when this was written. */
export function hasProgram(state: ContainerState): boolean {
  return state.status === 'running' || state.status === 'paused';
}

/** The program is running. */
export function started(state: ContainerState, now: number): ContainerState {
  return { ...state, status: 'running', startedAt: now, exitCode: 0, oomKilled: false, error: '' };
}

/** All processes stand still. */
export function paused(state: ContainerState): ContainerState {
  return { ...state, status: 'paused' };
}

/** They go on. */
export function resumed(state: ContainerState): ContainerState {
  return { ...state, status: 'running' };
}

/** The kernel has killed a process for want of memory. */
export function outOfMemory(state: ContainerState): ContainerState {
  return { ...state, oomKilled: true };
}

/** The program could not be started. As in Docker the container is then what it was before, with an exit code. */
export function startFailed(
  state: ContainerState,
  failure: { readonly exitCode: number; readonly error: string },
): ContainerState {
  const status = state.startedAt === 0 ? 'created' : 'exited';
  return { ...state, status, exitCode: failure.exitCode, error: failure.error };
}

/** The program has ended. */
export function exited(state: ContainerState, exit: ContainerExit): ContainerState {
  return { ...state, ...exit, status: 'exited' };
}

/** The program has ended, and is started again when some time has passed. */
export function restarting(state: ContainerState, exit: ContainerExit): ContainerState {
  return { ...state, ...exit, status: 'restarting' };
}

/** The program has ended, and is not started again after all. */
export function restartGivenUp(state: ContainerState): ContainerState {
  return { ...state, status: 'exited' };
}

/** Removal has begun and may not have ended: nobody is to start the container again. */
export function dead(state: ContainerState, error: string): ContainerState {
  return { ...state, status: 'dead', error };
}
