import { posix } from 'node:path';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { exists, rename, syncFolder } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { syncFiles } from '../../host/sync-files.ts';
import { runningSpec } from '../exec/exec-process.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { killContainer } from '../lifecycle/kill-container.ts';
import { notRunning, requireStable } from '../lifecycle/live-container.ts';
import { whileStill } from '../lifecycle/stand-still.ts';
import { donorOf, sharedModes } from '../model/namespace-mode.ts';
import { SIGKILL } from '../model/signals.ts';
import type { CheckpointRequest as PortRequest, MonitorConnection } from '../ports.ts';
import { checkpointFolder, type CheckpointPlace } from './checkpoint-folder.ts';
import { forgetImages } from './forget-images.ts';

/** What is asked for. */
export interface CheckpointRequest extends CheckpointPlace {
  /** What becomes of the container. */
  readonly then: 'end' | 'go-on';
}

/**
 * Writes the processes of a container into a checkpoint. They stand still from before it is written until it is on the disk and
 * has its name; only then the container is ended. So a berthd that is killed meanwhile leaves either a whole checkpoint or a
 * container that goes on, and never neither.
 *
 * @throws CONTAINER_NOT_RUNNING, CHECKPOINT_INVALID, CHECKPOINT_EXISTS, SPEC_UNSUPPORTED naming the field, CRIU_UNAVAILABLE,
 *   CRIU_FAILED naming its log
 */
export function createCheckpoint(
  state: EngineState,
  container: Container,
  request: CheckpointRequest,
): Promise<void> {
  // One at a time: CRIU traces the processes, which a second one could not.
  return container.checkpoints.run(async () => {
    const run = requireStable(container);
    const folder = checkpointFolder(state, container, request);
    await refuseExisting(container, request, folder);
    refuseInit(state, container);
    refuseShared(container);
    const spec = runningSpec(state, container);
    await state.ports.runtime.requireCheckpoints(spec);
    const images = posix.join(
      posix.dirname(folder),
      `.${request.name}.${container.id.slice(0, 12)}`,
    );
    await begin(state, container, images);
    try {
      await whileStill(state, container, async () => {
        // It may have ended since.
        if (requireStable(container) !== run) throw notRunning(container);
        await write(state, container, { spec, pid: run.pid, images });
        await publish(images, folder);
        if (request.then === 'end') await end(state, container, run);
      });
    } finally {
      // A CRIU that outlives this berthd is a matter of the next, which finds the note.
      if (!state.closed) await forgetImages(state, container, images);
    }
    state.announce(container, 'checkpoint');
  });
}

/** It is executed from memory, which CRIU can write and cannot read back. */
function refuseInit({ ports }: EngineState, { record }: Container): void {
  if (!(record.hostConfig.Init ?? ports.defaults.init)) return;
  throw new BerthError('SPEC_UNSUPPORTED', {
    message:
      "a container with 'HostConfig.Init' cannot be checkpointed by berth; wanted one without",
    remedy: 'Create it without --init.',
    details: { fields: ['HostConfig.Init'] },
  });
}

/** Its namespaces are not its own, so that nobody could say to whom they belong after a restore. */
function refuseShared({ record: { hostConfig } }: Container): void {
  const fields = Object.values(sharedModes).filter((field) => donorOf(hostConfig[field]));
  if (fields.length === 0) return;
  const names = fields.map((field) => `HostConfig.${field}`);
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `a container with '${names.join("', '")}' of another one cannot be checkpointed by berth; wanted its own`,
    remedy: 'Create it with namespaces of its own.',
    details: { fields: names },
  });
}

async function refuseExisting(
  container: Container,
  { name }: CheckpointPlace,
  folder: string,
): Promise<void> {
  if (!(await exists(folder))) return;
  throw new BerthError('CHECKPOINT_EXISTS', {
    message: `checkpoint with name ${name} already exists for container ${container.record.name}`,
    remedy: 'Choose another name, or remove that one with "docker checkpoint rm".',
    details: { container: container.id, name, path: folder },
  });
}

/** The record has the folder before it is there: the next berthd takes away what this one leaves behind. */
async function begin(state: EngineState, container: Container, images: string): Promise<void> {
  await container.queue.run(async () => {
    await state.save(container, { ...container.record, checkpointImages: images });
  });
  await removeTree(images);
  await makeFolders(images, 0o700);
}

async function write(
  state: EngineState,
  container: Container,
  what: Pick<PortRequest, 'spec' | 'pid' | 'images'>,
): Promise<void> {
  const { runtime } = state.ports;
  const { runFolder: runDir, criuLogs: work } = state.folder(container);
  try {
    await runtime.checkpoint({ id: container.id, ...what, runDir, work });
  } catch (error) {
    // Whoever was to tell of its end may be lost, and CRIU still at work: it leaves the processes frozen.
    await runtime.awaitCheckpoint(what.images);
    throw error;
  }
}

/** Gives a whole checkpoint its name. */
async function publish(images: string, folder: string): Promise<void> {
  await syncFiles(images);
  await rename(images, folder);
  syncFolder(posix.dirname(folder));
}

async function end(
  state: EngineState,
  container: Container,
  run: MonitorConnection,
): Promise<void> {
  try {
    await killContainer(state, container, { signal: SIGKILL, reason: 'checkpoint', only: { run } });
  } catch (error) {
    // Somebody else has ended it meanwhile.
    if (!isBerthError(error, 'CONTAINER_NOT_RUNNING')) throw error;
  }
}
