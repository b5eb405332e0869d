import { CLONE_NEWNS } from '../../runtime/syscall/constants/clone.ts';
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  O_CLOEXEC,
  O_CREAT,
  O_WRONLY,
  S_IFCHR,
} from '../../runtime/syscall/constants/fs.ts';
import { MNT_DETACH, MS_PRIVATE, MS_REC } from '../../runtime/syscall/constants/mount.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';
import { expectErrno } from './expect-errno.ts';

const opaque = 'trusted.overlay.opaque';

/** Label of the step that mounts: what fails before it is the file system's doing, what fails after is overlay's. */
export const mountStep = 'mount overlay';

/**
 * Mounts an overlay of three layers in a mount namespace of its own and uses it as containers do
 * (Documentation/filesystems/overlayfs.rst, Linux 6.12): a whiteout and an opaque folder as berth unpacks them from an
 * image hide what is below; removing and replacing through the mount leaves both behind in the upper layer.
 *
 * @param folder an empty folder on the file system to try; the caller removes it with all that is in it.
 */
export function overlayProgram(folder: string): ProgramBuilder {
  const program = new ProgramBuilder('try overlay');
  program.call('make a mount namespace', 'unshare', [CLONE_NEWNS]);
  program.call('keep mounts private', 'mount', [0, program.string('/'), 0, MS_REC | MS_PRIVATE, 0]);
  // Relative paths: the mount options are separated by commas and colons, which a data root may have in its name.
  program.call(`enter "${folder}"`, 'chdir', [program.string(folder)]);
  writeLayers(program);
  program.call(mountStep, 'mount', [
    program.string('overlay'),
    program.string('merged'),
    program.string('overlay'),
    0,
    program.string('lowerdir=mid:base,upperdir=upper,workdir=work'),
  ]);
  readLayers(program);
  changeThrough(program);
  program.call('unmount overlay', 'umount2', [program.string('merged'), MNT_DETACH]);
  return program;
}

function writeLayers(program: ProgramBuilder): void {
  for (const path of [
    'base',
    'mid',
    'upper',
    'work',
    'merged',
    'base/sealed',
    'base/replaced',
    'mid/sealed',
  ]) {
    makeFolder(program, path);
  }
  for (const path of [
    'base/gone',
    'base/kept',
    'base/removed',
    'base/sealed/below',
    'base/replaced/below',
  ]) {
    makeFile(program, path);
  }
  const whiteout = [AT_FDCWD, program.string('mid/gone'), S_IFCHR, 0];
  program.call('make a whiteout (device 0:0)', 'mknodat', whiteout);
  program.call(`set ${opaque}`, 'setxattr', [
    program.string('mid/sealed'),
    program.string(opaque),
    program.string('y'),
    1,
    0,
  ]);
}

function readLayers(program: ProgramBuilder): void {
  expectPresent(program, 'a file of a lower layer shows', 'merged/kept');
  expectAbsent(program, 'a whiteout hides the file below', 'merged/gone');
  expectAbsent(program, 'an opaque folder hides the file below', 'merged/sealed/below');
}

function changeThrough(program: ProgramBuilder): void {
  const copyUp = [AT_FDCWD, program.string('merged/kept'), O_WRONLY | O_CLOEXEC, 0];
  program.call('open a lower file to write (copy-up)', 'openat', copyUp);
  expectPresent(program, 'the copy is in the upper layer', 'upper/kept');

  program.call('remove a lower file', 'unlinkat', [AT_FDCWD, program.string('merged/removed'), 0]);
  expectAbsent(program, 'the removed file is gone', 'merged/removed');
  expectPresent(program, 'its whiteout is in the upper layer', 'upper/removed');

  const below = [AT_FDCWD, program.string('merged/replaced/below'), 0];
  program.call('empty a lower folder', 'unlinkat', below);
  const old = [AT_FDCWD, program.string('merged/replaced'), AT_REMOVEDIR];
  program.call('remove a lower folder', 'unlinkat', old);
  makeFolder(program, 'merged/replaced');
  expectAbsent(program, 'the replaced folder is empty', 'merged/replaced/below');
  program.call('the replaced folder is opaque in the upper layer', 'getxattr', [
    program.string('upper/replaced'),
    program.string(opaque),
    program.reserve(8),
    8,
  ]);
}

function makeFolder(program: ProgramBuilder, path: string): void {
  program.call(`make folder "${path}"`, 'mkdirat', [AT_FDCWD, program.string(path), 0o755]);
}

function makeFile(program: ProgramBuilder, path: string): void {
  const label = `make file "${path}"`;
  const flags = O_WRONLY | O_CREAT | O_CLOEXEC;
  const file = program.call(label, 'openat', [AT_FDCWD, program.string(path), flags, 0o644]);
  program.call(label, 'close', [file]);
}

function expectPresent(program: ProgramBuilder, label: string, path: string): void {
  program.call(label, 'faccessat', [AT_FDCWD, program.string(path), 0]);
}

function expectAbsent(program: ProgramBuilder, label: string, path: string): void {
  const args = [AT_FDCWD, program.string(path), 0];
  expectErrno(program, { label, call: 'faccessat', args, errno: 'ENOENT' });
}
