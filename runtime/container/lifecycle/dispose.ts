import { endFileUses } from '../archive/open-files.ts';
import { messageOf } from '../../errors/berth-error.ts';
import { stopHealthChecks } from '../health/health-checks.ts';
import { dead } from '../model/container-state.ts';
import { keepVolumes, removeVolumes, type VolumeFate } from '../volumes/container-volumes.ts';
import { unmountOwn } from '../volumes/own-mounts.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';
import { removeTree } from '../../host/remove-tree.ts';

/**
 * Takes a container that does not run out of the world: first its record, after which it does not exist whatever
 * happens, then its files. Runs within the container's queue.
 *
 * @param fate of nameless volumes
 * @throws what the file system throws; the container is then `dead`, and removing it again goes on where this stopped
 */
export async function dispose(
  state: EngineState,
  container: Container,
  fate: VolumeFate,
): Promise<void> {
  container.removing = true;
  state.restarts.cancel(container);
  stopHealthChecks(container);
  container.logKeeper?.giveUp();
  await container.logKeeper?.ended;
  const folder = state.folder(container);
  const { exitCode } = container.record.state;
  await endFileUses(container);
  await container.logUses.ended();
  try {
    await keepVolumes(state, container, fate);
    await state.records.erase(container.record);
    await Promise.all([removeData(state, container), removeTree(folder.runFolder)]);
  } catch (error) {
    container.removing = false;
    container.record = {
      ...container.record,
      state: dead(container.record.state, messageOf(error)),
    };
    container.turns.emit({ kind: 'removal-failed', exitCode });
    throw error;
  }
  state.index.remove(container);
  // The container is gone whatever becomes of them; what is left is taken away when berthd starts again.
  await removeVolumes(state, container, fate).catch(state.ports.report);
  state.announce(container, 'destroy');
  container.turns.emit({ kind: 'removed', exitCode });
}

async function removeData(state: EngineState, container: Container): Promise<void> {
  // A start that failed has left them.
  await unmountOwn(state, container);
  await state.ports.snapshots.removeContainer(container.id);
  await removeTree(state.folder(container).folder);
}
