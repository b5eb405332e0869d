import { isBerthError } from '../errors/berth-error.ts';
import { open, removeFile } from '../host/files.ts';
import { startCreated } from '../launch/start-created.ts';
import { endProcesses } from './end-processes.ts';
import type { OciLog } from './log.ts';
import { logStage } from './stages.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import { statusOf } from './state/status.ts';
import type { StoredState } from './state/stored-state.ts';
import { statusError } from './status-error.ts';

/**
 * Starts a container that was created; resolves once its program has been executed. The hooks after that are `runPoststart`'s.
 * @throws OCI_CONTAINER_STATUS, EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE, START_FAILED, HOOK_FAILED
 */
export async function startContainer(
  folder: ContainerFolder,
  state: StoredState,
  log: OciLog,
): Promise<void> {
  await refuseUnlessCreated(folder, state);
  // By its descriptor: the path of a socket has at most 107 bytes, and that of the folder may be longer.
  const handle = await open(folder.path);
  try {
    await startCreated(`/proc/self/fd/${handle.fd}`);
  } catch (error) {
    if (!isBerthError(error, 'CONTAINER_NOT_CREATED')) throw error;
    // Somebody else was faster, and may have died before it took the gate away.
    await removeFile(folder.gate);
    throw statusError(folder.id, 'running', 'cannot start an already running container');
  } finally {
    await handle.close();
  }
  await removeFile(folder.gate);
  logStage(log, 'started', folder.id);
}

/** Throws OCI_CONTAINER_STATUS unless the container waits for its start. */
export async function refuseUnlessCreated(
  folder: ContainerFolder,
  state: StoredState,
): Promise<void> {
  const status = await statusOf(folder, state);
  if (status === 'stopped') {
    throw statusError(folder.id, status, 'cannot start a container that has stopped');
  }
  if (status === 'running') {
    throw statusError(folder.id, status, 'cannot start an already running container');
  }
  if (status !== 'created') {
    throw statusError(folder.id, status, `cannot start a container in the ${status} state`);
  }
}

/**
 * Runs the hooks after the start. One that fails ends the container, as runc and crun have it, and whoever calls removes it.
 * @throws HOOK_FAILED
 */
export async function runPoststart(folder: ContainerFolder, state: StoredState): Promise<void> {
  if (!state.lateHooks.includes('poststart')) return;
  const { lateHooks } = await import('./late-hooks.ts');
  const { pid } = state.process;
  const [failure] = await lateHooks(folder, state, { kind: 'poststart', pid });
  if (failure === undefined) return;
  await endProcesses(state);
  const { hookError } = await import('../launch/hooks/report.ts');
  throw hookError(failure);
}
