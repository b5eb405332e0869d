import { posix } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { exists, listFolder } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { checkpointsFolder, isCheckpoint, isCheckpointName } from './checkpoint-folder.ts';

/** Names of the checkpoints of a container, or of those in a directory. @throws CHECKPOINT_INVALID, CHECKPOINT_NOT_FOUND no such directory */
export async function listCheckpoints(
  state: EngineState,
  container: Container,
  directory: string,
): Promise<readonly string[]> {
  const folder = checkpointsFolder(state, container, directory);
  if (directory !== '' && !(await exists(folder))) {
    throw new BerthError('CHECKPOINT_NOT_FOUND', {
      message: `checkpoint directory "${folder}" does not exist for container ${container.record.name}`,
      remedy: 'Name the directory that was given to "docker checkpoint create".',
      details: { container: container.id, path: folder },
    });
  }
  const found = await Promise.all(
    (await listFolder(folder))
      .filter(isCheckpointName)
      .map(async (name) => ((await isCheckpoint(posix.join(folder, name))) ? [name] : [])),
  );
  return found.flat();
}
