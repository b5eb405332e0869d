import { isBerthError } from '../../errors/berth-error.ts';
import { realpath } from '../../host/files.ts';
import { readMountPoints } from '../../host/mount-points.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
  S_IFDIR,
  S_IFMT,
} from '../../syscall/constants/fs.ts';
import {
  MNT_DETACH,
  MS_BIND,
  MS_RDONLY,
  MS_REMOUNT,
  UMOUNT_NOFOLLOW,
} from '../../syscall/constants/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { mountOverlay } from '../../syscall/overlay-mount.ts';
import type { Label, Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';
import { enterView } from '../../syscall/tree/tree-program.ts';
import type { IdMapping } from '../../spec/id-mappings.ts';
import { IdNamespaces } from '../namespaces/id-namespaces.ts';
import { holdMappedLayers, idsOfLayers, placeMappedLayers } from '../root/mapped-layers.ts';
import { copyTree } from './copy-tree.ts';
import { belowLabel, openBelow } from './open-below.ts';
import { destinationDescriptor, rootDescriptor } from './host-descriptors.ts';
import { parseMountOptions } from './mount-options.ts';
import { makeNumber, PathWalk } from './path-walk.ts';

/** A big image takes a while to be copied. */
const copyTimeoutMs = 10 * 60 * 1000;

/** What of an image a volume begins with. */
interface VolumeContent {
  /** Of the image, topmost first. */
  readonly layers: readonly string[];
  /** Absolute, in the image. */
  readonly path: string;
  /** An empty folder on the host. */
  readonly target: string;
  /** The folder below it that is meant, relative; empty for itself. */
  readonly subpath: string;
}

/** What the kernel lists of a folder that has nothing in it: `.` and `..` (getdents64(2)). */
const emptyListing = 48;
const listingSize = 4096;

/**
 * Copies a folder of an image, as overlayfs shows its layers, into a folder of the host. The path is walked within the
 * image's root, and that is the root of the process meanwhile: no link of the image leads out of it (CVE-2014-6407).
 * @throws SYSCALL_FAILED naming the step; nothing happens where the image has no such folder, or there is none to copy to
 */
async function copyUp(launcher: Launcher, content: VolumeContent): Promise<void> {
  const { layers, path, target, subpath } = content;
  const p = new ProgramBuilder('copy into a volume');
  const nothing = p.label();
  const into = subpath === '' ? openFolder(p, target) : openEmptyBelow(p, content, nothing);
  enterView(p, { kind: 'overlay', layers });
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  const root = p.call('open the root', 'openat', [AT_FDCWD, p.string('/'), flags, 0]);
  p.call('open the root', 'dup3', [root, rootDescriptor, O_CLOEXEC]);
  const zero = p.value(p.reserve(8));
  p.set(zero, makeNumber.nothing);
  const walk = new PathWalk(p, rootDescriptor, {
    path: p.compute('add', p.string(path), 0),
    make: zero,
    refuse: zero,
  });
  walk.addSteps();
  p.jumpIf('lt', walk.result, 0, nothing);
  const status = p.reserve(statSize);
  const args = [walk.result, p.string(''), status, AT_EMPTY_PATH];
  p.call(`look at ${path}`, 'newfstatat', args);
  const mode = p.load(32, p.compute('add', status, statMode));
  p.jumpIf('ne', p.compute('and', mode, S_IFMT), S_IFDIR, nothing);
  p.call(`open ${path}`, 'dup3', [walk.result, destinationDescriptor, O_CLOEXEC]);
  // It lies outside of the root of the process; a descriptor leads there.
  p.call(`enter ${target}`, 'fchdir', [into]);
  copyTree(p, { from: destinationDescriptor, to: '.', label: path });
  p.place(nothing);
  try {
    await launcher.run(p, { timeoutMs: copyTimeoutMs });
  } catch (error) {
    if (!isMissing(error, content)) throw error;
  }
}

function openFolder(p: ProgramBuilder, folder: string): Ref {
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  return p.call(`open ${folder}`, 'openat', [AT_FDCWD, p.string(folder), flags, 0]);
}

/** Goes on at `nothing` where there is no folder, or something in it. */
function openEmptyBelow(
  p: ProgramBuilder,
  { target, subpath }: VolumeContent,
  nothing: Label,
): Ref {
  const into = openBelow(p, { folder: target, path: subpath });
  const flags = O_DIRECTORY.or(O_RDONLY | O_CLOEXEC);
  const args = [into, p.string('.'), flags, 0];
  const listed = p.call(`open ${subpath}`, 'openat', args, { onError: nothing });
  const list = [listed, p.reserve(listingSize), listingSize];
  const length = p.call(`list ${subpath}`, 'getdents64', list, { onError: nothing });
  p.jumpIf('lt', emptyListing, length, nothing);
  return into;
}

/** Whether there is no folder to copy to, or only outside: then there is nothing to mount either, which the start tells of. */
function isMissing(error: unknown, { target, subpath }: VolumeContent): boolean {
  return (
    subpath !== '' &&
    isBerthError(error, 'SYSCALL_FAILED') &&
    error.details['step'] === belowLabel(target, subpath) &&
    ['ENOENT', 'EXDEV', 'ELOOP'].includes(String(error.details['errno']))
  );
}

/** Layers that are to be mounted on a folder of the host. */
interface ImageLayers {
  /** Topmost first. */
  readonly layers: readonly string[];
  readonly target: string;
  /** The ids that their files are to have on the host; absent: those that they have on the disk. */
  readonly ids?: Ids | undefined;
}

interface Ids {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/** Mounts layers on a folder of the host, to be read alone. @throws SYSCALL_FAILED */
async function mountLayers(
  launcher: Launcher,
  { layers, target, ids }: ImageLayers,
): Promise<void> {
  const p = new ProgramBuilder('mount an image');
  const [only = ''] = layers;
  if (ids !== undefined) mountMapped(p, { layers, target, ids });
  else if (layers.length > 1) mountOverlay(p, { lower: layers }, target);
  else {
    // Overlayfs wants two.
    const [path, label] = [p.string(target), `mount ${only}`];
    p.call(label, 'mount', [p.string(only), path, 0, MS_BIND, 0]);
    p.call(label, 'mount', [0, path, 0, MS_BIND | MS_REMOUNT | MS_RDONLY, 0]);
  }
  await launcher.run(p);
}

function mountMapped(
  p: ProgramBuilder,
  { layers, target, ids }: ImageLayers & { readonly ids: Ids },
): void {
  const namespaces = new IdNamespaces(p);
  const label = 'mount an image with the ids of a container';
  holdMappedLayers(p, {
    ...{ label, lower: layers, folder: target },
    ids: namespaces.open({ field: label, namespace: undefined, ...idsOfLayers(ids) }),
  });
  placeMappedLayers(p, { label, target });
}

/** What is to be mounted, in the words of mount(8). */
interface VolumeMount {
  readonly type: string;
  readonly device: string;
  readonly options: readonly string[];
}

/** Mounts a file system on a folder of the host. @throws SYSCALL_FAILED with the kernel's errno */
async function mountVolume(
  launcher: Launcher,
  { type, device, options }: VolumeMount,
  target: string,
): Promise<void> {
  const p = new ProgramBuilder('mount a volume');
  const { flags, data, propagation } = parseMountOptions(options);
  const [path, label] = [p.string(target), `mount ${device} as ${type}`];
  const text = data === '' ? 0 : p.string(data);
  p.call(label, 'mount', [p.string(device), path, p.string(type), flags, text]);
  // A bind takes its other flags only afterwards (mount(2)).
  if ((flags & MS_BIND) !== 0 && flags !== MS_BIND)
    p.call(label, 'mount', [0, path, 0, flags | MS_REMOUNT, 0]);
  for (const change of propagation) p.call(label, 'mount', [0, path, 0, change, 0]);
  await launcher.run(p);
}

/** Takes away what is mounted on a folder; nothing happens when nothing is. @throws SYSCALL_FAILED */
async function unmountVolume(launcher: Launcher, target: string): Promise<void> {
  const p = new ProgramBuilder('unmount a volume');
  const [again, done] = [p.label(), p.label()];
  const args = [p.string(target), MNT_DETACH | UMOUNT_NOFOLLOW];
  p.place(again);
  const result = p.call('unmount', 'umount2', args, { onError: 'ignore' });
  // Until nothing is mounted there: several may lie on each other.
  p.jumpIf('eq', result, 0, again);
  for (const nothing of ['EINVAL', 'ENOENT'] as const)
    p.jumpIf('eq', result, -errnoNumber(nothing), done);
  p.fail('unmount', p.compute('sub', 0, result));
  p.place(done);
  await launcher.run(p);
}

/** Brings what is in a folder, with the rest of its file system, to the disk (syncfs(2)). @throws SYSCALL_FAILED */
async function syncVolume(launcher: Launcher, target: string): Promise<void> {
  const p = new ProgramBuilder('sync a volume');
  const flags = O_DIRECTORY.or(O_CLOEXEC);
  const fd = p.call(`open ${target}`, 'openat', [AT_FDCWD, p.string(target), flags, 0]);
  p.call(`sync ${target}`, 'syncfs', [fd]);
  await launcher.run(p, { timeoutMs: copyTimeoutMs });
}

/** What the engine's volumes ask of the operating system, done by a launcher. */
export function volumeFiles(launcher: Launcher): {
  copyUp(content: VolumeContent): Promise<void>;
  mountLayers(image: ImageLayers): Promise<void>;
  sync(target: string): Promise<void>;
  mount(mount: VolumeMount, target: string): Promise<void>;
  unmount(target: string): Promise<void>;
  isMounted(target: string): Promise<boolean>;
} {
  return {
    copyUp: (content) => copyUp(launcher, content),
    mountLayers: (image) => mountLayers(launcher, image),
    sync: (target) => syncVolume(launcher, target),
    mount: (mount, target) => mountVolume(launcher, mount, target),
    unmount: (target) => unmountVolume(launcher, target),
    // The kernel tells of paths without links; the data root may be one.
    isMounted: async (target) => (await readMountPoints()).includes(await realpath(target)),
  };
}
