import { isBerthError } from '../errors/berth-error.ts';
import { open, removeFile } from '../host/files.ts';
import { startCreated } from '../launch/start-created.ts';
import { endProcesses } from './end-processes.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import { statusOf } from './state/status.ts';
import type { StoredState } from './state/stored-state.ts';
import { statusError } from './status-error.ts';

/**
 * Starts a container that was created; resolves once its program has been executed.
 * @throws OCI_CONTAINER_STATUS, EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE, START_FAILED, HOOK_FAILED
 */
export async function startContainer(folder: ContainerFolder, state: StoredState): Promise<void> {
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
  // By its descriptor: the path of a socket has at most 107 bytes, and that of the folder may be longer.
  const handle = await open(folder.path);
  try {
    await startCreated(`/proc/self/fd/${handle.fd}`);
  } catch (error) {
    // Somebody else was faster.
    if (!isBerthError(error, 'CONTAINER_NOT_CREATED')) throw error;
    throw statusError(folder.id, 'running', 'cannot start an already running container');
  } finally {
    await handle.close();
  }
  await removeFile(folder.gate);
  if (state.lateHooks.includes('poststart')) await runPoststart(folder, state);
}

/**
 * A hook that fails ends the container, as runc and crun have it and version 1.3 of the specification; 1.2 only wants a
 * warning, which nobody would see.
 */
async function runPoststart(folder: ContainerFolder, state: StoredState): Promise<void> {
  const { lateHooks } = await import('./late-hooks.ts');
  const { pid } = state.process;
  const [failure] = await lateHooks(folder, state, { kind: 'poststart', pid });
  if (failure === undefined) return;
  await endProcesses(state);
  const { hookError } = await import('../launch/hooks/report.ts');
  throw hookError(failure);
}
