import { posix } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { exists } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';

/** Docker's names of checkpoints, as those of containers, without a dot at the end and short enough for a file's name with more behind it. */
const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,198}[a-zA-Z0-9_-]$/;

/** What CRIU writes of every checkpoint: a folder without is none of them, and is neither shown nor removed. */
const inventory = 'inventory.img';

/** Which checkpoint of a container is meant, and where it is. */
export interface CheckpointPlace {
  readonly name: string;
  /** Folder of checkpoints; empty: the container's own, which goes with it. */
  readonly directory: string;
}

/** Whether a name may be that of a checkpoint. */
export function isCheckpointName(name: string): boolean {
  return pattern.test(name);
}

/** The folder of a container's checkpoints. @throws CHECKPOINT_INVALID */
export function checkpointsFolder(
  state: EngineState,
  container: Container,
  directory: string,
): string {
  if (directory === '') return state.folder(container).checkpoints;
  if (posix.isAbsolute(directory)) return posix.normalize(directory);
  throw new BerthError('CHECKPOINT_INVALID', {
    message: `the checkpoint directory "${directory}" is a relative path, wanted an absolute one on the host of the engine`,
    remedy: 'Name it from "/" on.',
    details: { directory },
  });
}

/** The folder of one checkpoint, whether it is there or not. @throws CHECKPOINT_INVALID */
export function checkpointFolder(
  state: EngineState,
  container: Container,
  { name, directory }: CheckpointPlace,
): string {
  if (!isCheckpointName(name)) {
    throw new BerthError('CHECKPOINT_INVALID', {
      message: `Invalid checkpoint ID (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      remedy: 'Choose a name of 2 to 200 of these characters that does not end with a dot.',
      details: { name },
    });
  }
  return posix.join(checkpointsFolder(state, container, directory), name);
}

/** The folder of a checkpoint that is there. @throws CHECKPOINT_INVALID, CHECKPOINT_NOT_FOUND */
export async function existingCheckpoint(
  state: EngineState,
  container: Container,
  place: CheckpointPlace,
): Promise<string> {
  const folder = checkpointFolder(state, container, place);
  if (await isCheckpoint(folder)) return folder;
  throw new BerthError('CHECKPOINT_NOT_FOUND', {
    message: `checkpoint ${place.name} does not exist for container ${container.record.name}`,
    remedy: 'See "docker checkpoint ls" for those that are there.',
    details: { container: container.id, name: place.name, path: folder },
  });
}

/** Whether a folder is a checkpoint. */
export function isCheckpoint(folder: string): Promise<boolean> {
  return exists(posix.join(folder, inventory));
}
