import { realpath } from '../../host/files.ts';
import { readMountPoints } from '../../host/mount-points.ts';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
  S_IFDIR,
  S_IFMT,
} from '../../syscall/constants/fs.ts';
import { MNT_DETACH, MS_BIND, MS_REMOUNT, UMOUNT_NOFOLLOW } from '../../syscall/constants/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';
import { enterView } from '../../syscall/tree/tree-program.ts';
import { copyTree } from './copy-tree.ts';
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
}

/**
 * Copies a folder of an image, as overlayfs shows its layers, into a folder of the host. The path is walked within the
 * image's root, and that is the root of the process meanwhile: no link of the image leads out of it (CVE-2014-6407).
 * @throws SYSCALL_FAILED naming the step; nothing happens where the image has no such folder
 */
async function copyUp(launcher: Launcher, { layers, path, target }: VolumeContent): Promise<void> {
  const p = new ProgramBuilder('copy into a volume');
  const nothing = p.label();
  const into = p.call(`open ${target}`, 'openat', [
    AT_FDCWD,
    p.string(target),
    O_DIRECTORY.or(O_PATH | O_CLOEXEC),
    0,
  ]);
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
  await launcher.run(p, { timeoutMs: copyTimeoutMs });
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
  sync(target: string): Promise<void>;
  mount(mount: VolumeMount, target: string): Promise<void>;
  unmount(target: string): Promise<void>;
  isMounted(target: string): Promise<boolean>;
} {
  return {
    copyUp: (content) => copyUp(launcher, content),
    sync: (target) => syncVolume(launcher, target),
    mount: (mount, target) => mountVolume(launcher, mount, target),
    unmount: (target) => unmountVolume(launcher, target),
    // The kernel tells of paths without links; the data root may be one.
    isMounted: async (target) => (await readMountPoints()).includes(await realpath(target)),
  };
}
