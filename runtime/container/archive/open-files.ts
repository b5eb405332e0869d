import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { refuseWhenGoing } from '../changes/going-container.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { destinationOf } from '../model/container-mount.ts';
import { idRemapOf } from '../lifecycle/id-remap.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { isLive } from '../model/container-state.ts';
import type { ContainerTree, MonitorConnection } from '../ports.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import { mountVolumes, unmountVolumes } from '../volumes/container-volumes.ts';
import { stoppedView } from './stopped-view.ts';

/** Where the kernel's own file systems are; Docker's view of a container's files has none of these. */
const kernelFolders = ['/proc', '/sys', '/dev'];

/** The files of a container, until `close`. */
export interface OpenFiles {
  readonly tree: ContainerTree;
  readonly container: 'running' | 'stopped';
  /** Aborted when the container is removed. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/**
 * Opens a container's files with all that is mounted in it. Of one that runs they are what it sees itself, and it goes its
 * way meanwhile; one that does not run is started only when they are closed again, and one opens them after the other.
 *
 * @throws CONTAINER_BEING_REMOVED, VOLUME_NOT_FOUND, MOUNT_SOURCE_MISSING, SYSCALL_FAILED
 */
export async function openFiles(state: EngineState, container: Container): Promise<OpenFiles> {
  for (;;) {
    const opened = await container.queue.run(() => tryToOpen(state, container));
    if (opened !== undefined) return opened;
    await container.fileUses.ended();
  }
}

/** Within the container's queue. `undefined`: to be tried again when nobody else uses the files. */
async function tryToOpen(state: EngineState, container: Container): Promise<OpenFiles | undefined> {
  refuseWhenGoing(container, 'copy');
  const { connection } = container;
  if (connection !== undefined && isLive(container.record.state)) {
    const opened = await openRunning(state, container, connection);
    // It has ended: what is left is to take note of that, which comes next in the queue.
    if (opened === undefined) await connection.closed;
    return opened;
  }
  return container.fileUses.isEmpty ? openStopped(state, container) : undefined;
}

async function openRunning(
  { ports }: EngineState,
  container: Container,
  connection: MonitorConnection,
): Promise<OpenFiles | undefined> {
  const target = await connection.target();
  if (target === undefined) return undefined;
  const use = container.fileUses.begin();
  try {
    const without = withoutMounts(container.record);
    const tree = await ports.runtime.openFiles({ kind: 'running', target, without });
    return {
      ...{ tree, container: 'running', signal: use.signal },
      close: () => {
        tree.close();
        use.end();
        return Promise.resolve();
      },
    };
  } catch (error) {
    use.end();
    const hasEnded = isBerthError(error, 'SYSCALL_FAILED') && !(await connection.target());
    if (hasEnded) return undefined;
    throw error;
  }
}

/** Folders of the kernel's, unless the client has mounted something there. */
function withoutMounts(record: ContainerRecord): readonly string[] {
  const wanted = mountsOf(record).map(destinationOf);
  return kernelFolders.filter(
    (folder) => !wanted.some((path) => path === folder || path.startsWith(`${folder}/`)),
  );
}

async function openStopped(state: EngineState, container: Container): Promise<OpenFiles> {
  const use = container.fileUses.begin();
  const end = async (): Promise<void> => {
    await unmountVolumes(state, container);
    use.end();
  };
  try {
    await mountVolumes(state, container, idRemapOf(state, container.record));
    const tree = await state.ports.runtime.openFiles(await stoppedView(state, container));
    return {
      ...{ tree, container: 'stopped', signal: use.signal },
      close: () => {
        tree.close();
        return end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A container that is removed ends what is done with its files. */
export async function endFileUses({ id, fileUses }: Container): Promise<void> {
  const reason = new BerthError('CONTAINER_BEING_REMOVED', {
    message: `container ${id} is being removed`,
    remedy: 'Use another container.',
    details: { container: id },
  });
  fileUses.abort(reason);
  await fileUses.ended();
}
