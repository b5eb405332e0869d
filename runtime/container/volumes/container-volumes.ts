import type { Cleanup } from '../../errors/cleanup.ts';
import { viewsOf } from '../changes/rootfs-views.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerMount } from '../model/container-mount.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { IdRemap } from '../ports.ts';
import { mountOwn, unmountOwn } from './own-mounts.ts';
import { isInUse, usersOf, volumesOf } from './volume-users.ts';
import { isAnonymous } from './volume.ts';

/**
 * Makes the volumes of a container in the making, as far as they are not there, and keeps them from being removed until
 * `releaseVolumes`.
 *
 * @param undo removes those that were made
 * @returns the mounts, with the names of the volumes
 * @throws VOLUME_NAME_INVALID, VOLUME_DRIVER_UNKNOWN, VOLUME_OPTION_INVALID
 */
export async function takeVolumes(
  { volumes }: EngineState,
  { id, mounts = [] }: ContainerRecord,
  undo: Cleanup,
): Promise<readonly ContainerMount[]> {
  const taken: ContainerMount[] = [];
  for (const mount of mounts) {
    if (mount.kind !== 'volume') {
      taken.push(mount);
      continue;
    }
    const { name, driver, labels, options } = mount.volume;
    const made = await volumes.take({ name, driver, labels, options, owner: id });
    const { name: actual } = made.volume;
    if (made.isNew) undo.add(() => volumes.remove(actual));
    undo.add(() => {
      volumes.release(actual);
      return Promise.resolve();
    });
    taken.push({ kind: 'volume', volume: { ...mount.volume, name: actual, driver: 'local' } });
  }
  return taken;
}

/** The container is there, and has its volumes itself. */
export function releaseVolumes({ volumes }: EngineState, record: ContainerRecord): void {
  for (const { name } of volumesOf(record)) volumes.release(name);
}

/** Puts what the image has at the places of volumes into those that are empty. @throws SYSCALL_FAILED */
export async function fillVolumes(
  { ports, volumes }: EngineState,
  record: ContainerRecord,
): Promise<void> {
  const empty = volumesOf(record).filter(({ content }) => content === 'of-image');
  if (empty.length === 0) return;
  const { below } = viewsOf(await ports.snapshots.containerRootfs(record.id));
  const layers = below.kind === 'overlay' ? below.layers : [below.path];
  for (const { name, destination, subpath } of empty)
    await volumes.copyUp(name, { layers, path: destination, subpath });
}

/**
 * Makes the volumes and images of a container ready for its start.
 * @param ids what its users stand for on the host; `undefined`: they are the host's
 * @throws VOLUME_NOT_FOUND, VOLUME_MOUNT_FAILED, SNAPSHOT_MISSING
 */
export async function mountVolumes(
  state: EngineState,
  container: Container,
  ids: IdRemap | undefined,
): Promise<void> {
  const { volumes } = state;
  const { id, record } = container;
  await mountOwn(state, container, ids);
  for (const { name, destination, access } of volumesOf(record)) {
    await volumes.mount(name);
    volumes.announce('mount', name, {
      container: id,
      destination,
      propagation: '',
      'read/write': String(access === 'rw'),
    });
  }
}

/** Takes away what was mounted for a container that has ended, unless another runs with it. */
export async function unmountVolumes(state: EngineState, container: Container): Promise<void> {
  // berthd goes down, and what unmounts with it: the next one takes away what nobody uses.
  if (state.closed) return;
  const { id, record } = container;
  await unmountOwn(state, container);
  for (const { name } of volumesOf(record)) {
    await state.volumes.unmount(name, () => isInUse(state.index, name)).catch(state.ports.report);
    state.volumes.announce('unmount', name, { container: id });
  }
}

/** What becomes of the nameless volumes of a container that is removed. */
export type VolumeFate = 'keep' | 'remove';

/** A container is about to be forgotten: volumes that are to stay are no longer only for it. */
export async function keepVolumes(
  { volumes }: EngineState,
  { record }: Container,
  fate: VolumeFate,
): Promise<void> {
  if (fate === 'remove') return;
  for (const { name, origin } of volumesOf(record))
    if (origin === 'nameless') await volumes.disown(name);
}

/** A container has been forgotten: nameless volumes go with it, unless another container has them too. */
export async function removeVolumes(
  state: EngineState,
  { id, record }: Container,
  fate: VolumeFate,
): Promise<void> {
  if (fate === 'keep') return;
  for (const { name, origin } of volumesOf(record)) {
    const others = usersOf(state.index, name).filter((user) => user !== id);
    if (origin === 'nameless' && others.length === 0) await state.volumes.remove(name);
  }
}

/** Removes what a creation or removal that was cut short has left, and unmounts what nobody uses. */
export async function recoverVolumes(state: EngineState): Promise<void> {
  const { volumes, ports } = state;
  for (const container of state.index.all()) await unmountOwn(state, container);
  for (const volume of volumes.all()) {
    const { name, owner } = volume;
    const users = usersOf(state.index, name);
    const isLeft = isAnonymous(volume) && owner !== undefined && users.length === 0;
    const task = isLeft
      ? volumes.remove(name)
      : volumes.unmount(name, () => isInUse(state.index, name));
    await task.catch(ports.report);
  }
}
