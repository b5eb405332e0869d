import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_DIRECTORY, O_PATH } from '../../syscall/constants/fs.ts';
import { MS_MOVE } from '../../syscall/constants/mount.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { descriptorPath, destinationDescriptor, stageDescriptor } from './host-descriptors.ts';

/** What a mount covers: a folder, or a file of any kind. */
export type MountKind = 'folder' | 'file';

/** Names in the run folder of what mounts are made ready on. */
const names: Readonly<Record<MountKind, string>> = { folder: 'mount-folder', file: 'mount-file' };

/**
 * Makes the places where mounts get their flags, their content and their propagation before the container has them: in
 * the run folder, which nobody else can reach. A mount arrives in the container complete, in one step, on the descriptor
 * of its destination; so there is no second step that could be led elsewhere, and a read-only mount was never writable.
 *
 * @param folder the run folder, or without a mount namespace of its own the folder that is held for the root: what they
 *   are in must not be shared with other namespaces, where nothing can be moved from.
 */
export function makeStage(p: ProgramBuilder, folder: string): void {
  const path = (kind: MountKind): ReturnType<ProgramBuilder['string']> =>
    p.string(`${folder}/${names[kind]}`);
  p.call('make a place for mounts', 'mkdirat', [AT_FDCWD, path('folder'), 0o700], {
    onError: 'ignore',
  });
  const args = [AT_FDCWD, path('file'), O_CREAT | O_CLOEXEC, 0o600];
  const fd = p.call('make a place for mounts', 'openat', args);
  p.call('close the place for mounts', 'close', [fd]);
}

/** Holds that folder, in the container's mount namespace; before the root lies over it. */
export function openStage(p: ProgramBuilder, folder: string): void {
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  const fd = p.call('open the places for mounts', 'openat', [AT_FDCWD, p.string(folder), flags, 0]);
  p.call('hold the places for mounts', 'dup3', [fd, stageDescriptor, O_CLOEXEC]);
  p.call('hold the places for mounts', 'close', [fd]);
}

/** Where a mount is made ready; a path as `descriptorPath`. */
export function stagePath(kind: MountKind): string {
  return `${descriptorPath(stageDescriptor)}/${names[kind]}`;
}

/** Moves the mount that is ready to the current destination. */
export function moveToDestination(p: ProgramBuilder, kind: MountKind, label: string): void {
  const [from, to] = [stagePath(kind), descriptorPath(destinationDescriptor)];
  p.call(label, 'mount', [p.string(from), p.string(to), 0, MS_MOVE, 0]);
}
