import { AT_EMPTY_PATH, S_IFDIR, S_IFMT } from '../syscall/constants/fs.ts';
import { MS_BIND, MS_MOVE, MS_RDONLY, MS_REC } from '../syscall/constants/mount.ts';
import type { Label } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { statMode, statSize } from '../syscall/tree/stat.ts';
import { remountBind } from './bind-mount.ts';
import type { Destinations } from './destinations.ts';
import { descriptorPath, destinationDescriptor, nullDescriptor } from './host-descriptors.ts';
import { labelledData } from './mount-label.ts';
import { stagePath } from './mount-stage.ts';

/**
 * Hides paths of the container: an empty, read-only folder over a folder, the null device (`holdNullDevice`) over a file.
 * Each path is opened once, and what is there is covered; what is not there on this kernel needs no cover.
 *
 * @param label `linux.mountLabel`.
 */
export function maskPaths(
  p: ProgramBuilder,
  paths: readonly string[],
  {
    destinations,
    label,
  }: { readonly destinations: Destinations; readonly label: string | undefined },
): void {
  const target = p.string(descriptorPath(destinationDescriptor));
  const device = p.string(descriptorPath(nullDescriptor));
  for (const path of paths) {
    const [next, folder] = [p.label(), p.label()];
    destinations.open(path, { missing: next });
    jumpIfFolder(p, folder);
    p.call(`mask ${path}`, 'mount', [device, target, 0, MS_BIND, 0]);
    p.jump(next);
    p.place(folder);
    const [tmpfs, data] = [p.string('tmpfs'), p.string(labelledData('size=0k', label))];
    p.call(`mask ${path}`, 'mount', [tmpfs, target, tmpfs, MS_RDONLY, data]);
    p.place(next);
  }
}

/** Makes paths of the container read-only: each is bound to itself, and is read-only when it takes its place. */
export function makeReadOnly(
  p: ProgramBuilder,
  paths: readonly string[],
  destinations: Destinations,
): void {
  const source = p.string(descriptorPath(destinationDescriptor));
  const stage = p.value(p.reserve(8));
  for (const path of paths) {
    const [next, folder] = [p.label(), p.label()];
    const label = `bind ${path} to itself`;
    destinations.open(path, { missing: next });
    p.set(stage, p.string(stagePath('folder')));
    jumpIfFolder(p, folder);
    p.set(stage, p.string(stagePath('file')));
    p.place(folder);
    p.call(label, 'mount', [source, stage, 0, MS_BIND | MS_REC, 0]);
    remountBind(p, stage, { set: MS_RDONLY, clear: 0, label: path });
    p.call(label, 'mount', [stage, source, 0, MS_MOVE, 0]);
    p.place(next);
  }
}

/** Whether the current destination is a folder. */
function jumpIfFolder(p: ProgramBuilder, folder: Label): void {
  const status = p.reserve(statSize);
  const args = [destinationDescriptor, p.string(''), status, AT_EMPTY_PATH];
  p.call('look at a protected path', 'newfstatat', args);
  const mode = p.load(32, p.compute('add', status, statMode));
  p.jumpIf('eq', p.compute('and', mode, S_IFMT), S_IFDIR, folder);
}
