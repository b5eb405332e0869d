import { messageOf } from '../../errors/berth-error.ts';
import { rm } from '../../host/files.ts';
import { dead } from '../model/container-state.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';

/**
 * Takes a container that does not run out of the world: first its record, after which it does not exist whatever
 * happens, then its files. Runs within the container's queue.
 *
 * @throws what the file system throws; the container is then `dead`, and removing it again goes on where this stopped
 */
export async function dispose(state: EngineState, container: Container): Promise<void> {
  container.removing = true;
  const folder = state.folder(container);
  const { exitCode } = container.record.state;
  try {
    await state.records.erase(container.record);
    await Promise.all([
      removeData(state, container),
      rm(folder.runFolder, { recursive: true, force: true }),
    ]);
  } catch (error) {
    container.removing = false;
    container.record = {
      ...container.record,
      state: dead(container.record.state, messageOf(error)),
    };
    throw error;
  }
  state.index.remove(container);
  state.announce(container, 'destroy');
  container.turns.emit({ kind: 'removed', exitCode });
}

async function removeData(state: EngineState, container: Container): Promise<void> {
  await state.ports.snapshots.removeContainer(container.id);
  await rm(state.folder(container).folder, { recursive: true, force: true });
}
