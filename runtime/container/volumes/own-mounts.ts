import { makeFolders } from '../../host/make-folders.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { hasProgram } from '../model/container-state.ts';
import type { IdRemap } from '../ports.ts';
import { lendsShm, ownShm } from '../spec/spec-mounts.ts';
import { mountImages, unmountImages } from './image-mounts.ts';

/**
 * Mounts on the host what a container has in mounts of its own: images, and memory that it shares.
 * @param ids what its users stand for on the host; `undefined`: they are the host's
 * @throws SNAPSHOT_MISSING, SYSCALL_FAILED
 */
export async function mountOwn(
  state: EngineState,
  container: Container,
  ids: IdRemap | undefined,
): Promise<void> {
  await mountImages(state, container, ids);
  if (!lendsShm(container.record)) return;
  const { volumeFiles } = state.ports;
  const { shm } = state.folder(container);
  const { type = 'tmpfs', source: device = type, options } = ownShm(container.record.hostConfig);
  await makeFolders(shm, 0o700);
  // What a start that failed has left is the memory of another run.
  await volumeFiles.unmount(shm);
  await volumeFiles.mount({ type, device, options: [...options, ...ownerOptions(ids)] }, shm);
}

/** Root of the container, whoever that is on the host. */
function ownerOptions(ids: IdRemap | undefined): readonly string[] {
  const root = (mappings: IdRemap['uids'] = []): number | undefined =>
    mappings.find(({ containerID }) => containerID === 0)?.hostID;
  const [uid, gid] = [root(ids?.uids), root(ids?.gids)];
  return [
    ...(uid === undefined ? [] : [`uid=${uid}`]),
    ...(gid === undefined ? [] : [`gid=${gid}`]),
  ];
}

/** Takes it away again, unless the container runs with it. Who shares the memory and goes on keeps it. */
export async function unmountOwn(state: EngineState, container: Container): Promise<void> {
  await unmountImages(state, container);
  const { record } = container;
  if (!lendsShm(record) || hasProgram(record.state)) return;
  const { volumeFiles, report } = state.ports;
  await volumeFiles.unmount(state.folder(container).shm).catch(report);
}
