import { AT_EMPTY_PATH, S_IFDIR, S_IFMT } from '../../syscall/constants/fs.ts';
import { MS_BIND, MS_MOVE, MS_RDONLY, MS_REC, MS_REMOUNT } from '../../syscall/constants/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Subroutine } from '../../syscall/subroutine.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';
import type { Destinations } from '../mounts/destinations.ts';
import {
  descriptorPath,
  destinationDescriptor,
  nullDescriptor,
} from '../mounts/host-descriptors.ts';
import { labelledData } from '../mounts/mount-label.ts';
import { stagePath } from '../mounts/mount-stage.ts';
import { preservedFlags } from './preserved-flags.ts';

/** Adds a call whose failure is that of the path. */
type Try = (call: string, args: readonly Value[]) => void;

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
  const [tmpfs, data] = [p.string('tmpfs'), p.string(labelledData('size=0k', label))];
  protect(p, paths, {
    destinations,
    verb: 'mask',
    cover: (attempt, done) => {
      const folder = p.label();
      jumpIfFolder(p, folder);
      attempt('mount', [device, target, 0, MS_BIND, 0]);
      p.jump(done);
      p.place(folder);
      attempt('mount', [tmpfs, target, tmpfs, MS_RDONLY, data]);
    },
  });
}

/** Makes paths of the container read-only: each is bound to itself, and is read-only when it takes its place. */
export function makeReadOnly(
  p: ProgramBuilder,
  paths: readonly string[],
  destinations: Destinations,
): void {
  const source = p.string(descriptorPath(destinationDescriptor));
  const stage = p.value(p.reserve(8));
  const verb = 'make read-only';
  protect(p, paths, {
    destinations,
    verb,
    cover: (attempt) => {
      const folder = p.label();
      p.set(stage, p.string(stagePath('folder')));
      jumpIfFolder(p, folder);
      p.set(stage, p.string(stagePath('file')));
      p.place(folder);
      attempt('mount', [source, stage, 0, MS_BIND | MS_REC, 0]);
      const flags = preservedFlags(p, stage, { set: MS_RDONLY, clear: 0, label: verb });
      attempt('mount', [0, stage, 0, p.compute('or', flags, MS_REMOUNT | MS_BIND), 0]);
      attempt('mount', [stage, source, 0, MS_MOVE, 0]);
    },
  });
}

interface Protection {
  readonly destinations: Destinations;
  /** What is done, in errors. */
  readonly verb: string;
  /** Adds the steps that cover the current destination, once for all paths. */
  readonly cover: (attempt: Try, done: Label) => void;
}

/** Covers each of the paths that is there. */
function protect(
  p: ProgramBuilder,
  paths: readonly string[],
  { destinations, verb, cover }: Protection,
): void {
  const subroutine = new Subroutine(p);
  const [path, errno] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  for (const text of paths) {
    const covered = p.label();
    p.set(path, p.string(text));
    subroutine.call();
    p.jumpIf('eq', errno, 0, covered);
    p.fail(`${verb} ${text}`, errno);
    p.place(covered);
  }
  subroutine.finish(() => {
    const [opened, failed, done] = [p.label(), p.label(), p.label()];
    const result: Ref = p.value(p.reserve(8));
    p.set(errno, 0);
    destinations.lookUp(path);
    p.jumpIf('eq', destinations.errno, 0, opened);
    for (const missing of ['ENOENT', 'ENOTDIR']) {
      p.jumpIf('eq', destinations.errno, errnoNumber(missing), done);
    }
    p.set(errno, destinations.errno);
    p.jump(done);
    p.place(opened);
    const attempt: Try = (call, args) => {
      p.set(result, p.call(verb, call, args, { onError: 'ignore' }));
      p.jumpIf('lt', result, 0, failed);
    };
    cover(attempt, done);
    p.jump(done);
    p.place(failed);
    p.set(errno, p.compute('sub', 0, result));
    p.place(done);
  });
}

/** Whether the current destination is a folder. */
function jumpIfFolder(p: ProgramBuilder, folder: Label): void {
  const status = p.reserve(statSize);
  const args = [destinationDescriptor, p.string(''), status, AT_EMPTY_PATH];
  p.call('look at a protected path', 'newfstatat', args);
  const mode = p.load(32, p.compute('add', status, statMode));
  p.jumpIf('eq', p.compute('and', mode, S_IFMT), S_IFDIR, folder);
}
