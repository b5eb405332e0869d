import { z } from 'zod';

/**
 * Where a container is in its life. `paused` and `restarting` are reserved: nothing gets there yet, but records that a
 * later berth writes have them.
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

/** Whether the container has a process. */
export function isLive(state: ContainerState): boolean {
  return state.status === 'running' || state.status === 'paused' || state.status === 'restarting';
}

/** The program is running. */
export function started(state: ContainerState, now: number): ContainerState {
  return { ...state, status: 'running', startedAt: now, exitCode: 0, oomKilled: false, error: '' };
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

/** Removal has begun and may not have ended: nobody is to start the container again. */
export function dead(state: ContainerState, error: string): ContainerState {
  return { ...state, status: 'dead', error };
}
