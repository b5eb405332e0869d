import { isBerthError } from '../errors/berth-error.ts';
import { orIfMissing, rename } from '../host/files.ts';
import { removeTree } from '../host/remove-tree.ts';
import { removeFolders } from './cgroup-folders.ts';
import { endProcesses } from './end-processes.ts';
import type { OciLog } from './log.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import type { StoredState } from './state/stored-state.ts';
import { unmountBelow } from './unmount-below.ts';

/**
 * Removes what there is of a container: processes, cgroups, mounts below its folder, and the folder. Of two who do so at the
 * same time, one does.
 */
export async function removeContainer(
  folder: ContainerFolder,
  state: StoredState,
  log: OciLog,
): Promise<void> {
  await endProcesses(state);
  if (state.systemdUnit !== undefined) await stopUnit(state.systemdUnit, log);
  for (const kept of await removeFolders(state.cgroup))
    log.warn(`the cgroup "${kept}" stays: others are in it`);
  if (state.phase === 'created' && state.lateHooks.includes('poststop')) {
    await runPoststop(folder, state, log);
  }
  await removeFolder(folder);
}

/** A systemd that does not answer is no reason to keep the container: its scope ends with its last process. */
async function stopUnit(unit: string, log: OciLog): Promise<void> {
  const systemd = await import('./systemd/scope.ts');
  try {
    await systemd.stopUnit(unit);
  } catch (error) {
    if (!isBerthError(error)) throw error;
    log.warn(error.message);
  }
}

/** What a hook could not do is no reason to keep the container. */
async function runPoststop(
  folder: ContainerFolder,
  state: StoredState,
  log: OciLog,
): Promise<void> {
  const { lateHooks } = await import('./late-hooks.ts');
  const { hookWarning } = await import('../launch/hooks/report.ts');
  for (const failure of await lateHooks(folder, state, { kind: 'poststop' })) {
    log.warn(hookWarning(failure));
  }
}

/** Removes the folder of a container that is gone. */
export async function removeFolder(folder: ContainerFolder): Promise<void> {
  await unmountBelow(folder.path);
  // Taken away at once: half of it would be a container with an invalid state.
  const going = `${folder.path}~${process.pid}`;
  const isMine = await orIfMissing(
    rename(folder.path, going).then(() => true),
    false,
  );
  if (isMine) await removeTree(going);
}
