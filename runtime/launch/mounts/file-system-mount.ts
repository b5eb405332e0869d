import type { Mount } from '../../spec/mount.ts';
import { MS_BIND, MS_RDONLY, MS_REC, MS_REMOUNT } from '../../syscall/constants/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { remountBind } from './bind-mount.ts';
import { copyTree } from './copy-tree.ts';
import type { Destinations } from './destinations.ts';
import { descriptorPath, destinationDescriptor, rootDescriptor } from './host-descriptors.ts';
import { labelKind, labelledData, labelRoot } from './mount-label.ts';
import type { ParsedMountOptions } from './mount-options.ts';
import { moveToDestination, stagePath } from './mount-stage.ts';
import { setPropagation } from './propagation.ts';
import { setRecursiveAttributes } from './recursive-attributes.ts';
import { keepMode } from './tmpfs.ts';

/** File systems whose options and sources name nothing of the host. */
const withoutSource = new Set(['proc', 'sysfs', 'tmpfs', 'devpts', 'mqueue', 'ramfs', 'cgroup2']);

/** File systems that the container's security rests on: a link in their place would have them elsewhere. */
const trusted = new Set(['proc', 'sysfs']);

/**
 * File systems that show a namespace, and where the host has them. Only who owns that namespace may mount them: root of a
 * user namespace that shares the host's network or its queues may not, and gets what the host has.
 */
const ofNamespace: Readonly<Record<string, string>> = { sysfs: 'sys', mqueue: 'dev/mqueue' };

interface FileSystemContext {
  readonly destinations: Destinations;
  readonly options: ParsedMountOptions;
  /** `linux.mountLabel`. */
  readonly label: string | undefined;
}

/**
 * Mounts a file system on its destination, a folder, which is made when it is not there.
 *
 * /proc and /sys must not be links, nor have any on their way: what is masked, made read-only and written in them later
 * would be something of the image (CVE-2019-19921, CVE-2023-27561, CVE-2023-28642).
 */
export function mountFileSystem(
  p: ProgramBuilder,
  mount: Mount,
  { destinations, options, label = '' }: FileSystemContext,
): void {
  const { destination, type = '' } = mount;
  openFolder(p, mount, destinations);
  const { recursive, propagation, own } = options;
  const copiesUp = own.has('tmpcopyup');
  const ownMode = type === 'tmpfs' && !/(?:^|,)mode=/.test(options.data);
  const changesBelow = recursive.set !== 0 || recursive.clear !== 0;
  const labelled = labelKind(type) === 'attribute' && label !== '';
  const isSimple = ofNamespace[type] === undefined;
  if (isSimple && !copiesUp && !ownMode && !changesBelow && !labelled && propagation.length === 0) {
    mountOn(p, mount, { path: descriptorPath(destinationDescriptor), options, label });
    return;
  }
  const path = stagePath('folder');
  // What is still to be changed in it must be writable; it is nobody else's yet.
  const flags = copiesUp || ownMode ? options.flags & ~MS_RDONLY : options.flags;
  mountOn(p, mount, { path, options: { ...options, flags }, label });
  if (ownMode) keepMode(p, path, destinations.made);
  if (copiesUp) copyTree(p, { from: destinationDescriptor, to: path, label: destination });
  if (flags !== options.flags) {
    const args = [0, p.string(path), 0, MS_REMOUNT | options.flags, 0];
    p.call(`make ${destination} read-only`, 'mount', args);
  }
  if (labelled) labelRoot(p, path, label);
  if (changesBelow) {
    const below = `set the attributes of all below ${destination}`;
    setRecursiveAttributes(p, path, { ...recursive, label: below });
  }
  setPropagation(p, path, { flags: propagation, label: destination });
  moveToDestination(p, 'folder', `mount ${type} on ${destination}`);
}

function openFolder(
  p: ProgramBuilder,
  { destination, type = '' }: Mount,
  destinations: Destinations,
): void {
  if (!trusted.has(type)) {
    destinations.open(destination, { make: 'folder' });
    return;
  }
  const [failed, opened] = [p.label(), p.label()];
  destinations.open(destination, { make: 'folder', links: 'refuse', failed });
  p.jump(opened);
  p.place(failed);
  const label = `mount ${type} on ${destination}: it must be mounted on ordinary directory`;
  p.fail(label, destinations.errno);
  p.place(opened);
}

function mountOn(
  p: ProgramBuilder,
  { destination, type = '', source }: Mount,
  {
    path,
    options,
    label,
  }: { readonly path: string; readonly options: ParsedMountOptions; readonly label: string },
): void {
  const data = labelKind(type) === 'option' ? labelledData(options.data, label) : options.data;
  const mountIt = (): void => {
    const args = [
      p.string(source ?? type),
      p.string(path),
      p.string(type),
      options.flags,
      data === '' ? 0 : p.string(data),
    ];
    const label = `mount ${type} on ${destination}`;
    const shared = ofNamespace[type];
    if (shared === undefined) p.call(label, 'mount', args);
    else mountOrBind(p, { label, args, shared, path, flags: options.flags });
  };
  if (withoutSource.has(type)) mountIt();
  else atHost(p, mountIt);
}

interface SharedMount {
  readonly label: string;
  readonly args: readonly Value[];
  /** Where the host has it, relative to the current folder. */
  readonly shared: string;
  readonly path: string;
  readonly flags: number;
}

function mountOrBind(p: ProgramBuilder, { label, args, shared, path, flags }: SharedMount): void {
  const [refused, done] = [p.label(), p.label()];
  const result = p.call(label, 'mount', args, { onError: 'ignore' });
  p.jumpIf('eq', result, 0, done);
  p.jumpIf('eq', result, -errnoNumber('EPERM'), refused);
  p.fail(label, p.compute('sub', 0, result));
  p.place(refused);
  // With all below: what is mounted there hides what is under it.
  const bind = [p.string(shared), p.string(path), 0, MS_BIND | MS_REC, 0];
  p.call(`${label}, as the host has it`, 'mount', bind);
  remountBind(p, p.string(path), { set: flags, clear: 0, label });
  p.place(done);
}

/** A device, or the layers of an overlay, are the host's: their names are looked up there, and no path of the image is. */
export function atHost(p: ProgramBuilder, steps: () => void): void {
  p.call('look at the host', 'chroot', [p.string('.')]);
  steps();
  p.call('return to the root', 'chroot', [p.string(descriptorPath(rootDescriptor))]);
}
