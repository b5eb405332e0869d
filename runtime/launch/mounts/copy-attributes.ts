import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statGroup, statMode, statTimes, statUser } from '../../syscall/tree/stat.ts';

/** Both limits of Linux: the names of all attributes of a file, and the value of one (xattr(7)). */
const attributesSize = 64 * 1024;

/** A file and its copy, as descriptors. */
interface CopiedFile {
  readonly source: Ref;
  readonly target: Ref;
  /** Of the source. */
  readonly status: Address;
  readonly label: string;
}

/** Reads the status of what a descriptor stands for. */
export function lookAt(
  p: ProgramBuilder,
  fd: Ref,
  { status, label }: { readonly status: Address; readonly label: string },
): void {
  p.call(label, 'newfstatat', [fd, p.string(''), status, AT_EMPTY_PATH]);
}

/** Copies the owner of what is named in a folder, and of no link's target. */
export function copyOwner(
  p: ProgramBuilder,
  { target, name, status, label }: Omit<CopiedFile, 'source'> & { readonly name: Ref },
): void {
  const [user, group] = owner(p, status);
  p.call(label, 'fchownat', [target, name, user, group, AT_SYMLINK_NOFOLLOW]);
}

/** Copies owner, extended attributes, mode and times. The mode comes after the owner, whose change takes setuid away. */
export function copyAttributes(p: ProgramBuilder, file: CopiedFile): void {
  const { target, status, label } = file;
  p.call(label, 'fchown', [target, ...owner(p, status)]);
  copyExtended(p, file);
  const mode = p.load(32, p.compute('add', status, statMode));
  p.call(label, 'fchmod', [target, p.compute('and', mode, 0o7777)]);
  p.call(label, 'utimensat', [target, 0, status.at(statTimes), 0]);
}

function owner(p: ProgramBuilder, status: Address): readonly [Ref, Ref] {
  return [
    p.load(32, p.compute('add', status, statUser)),
    p.load(32, p.compute('add', status, statGroup)),
  ];
}

/** Attributes that the target's file system has no place for are left behind, as cp(1) does. */
function copyExtended(p: ProgramBuilder, { source, target, label }: CopiedFile): void {
  const [names, value] = [p.reserve(attributesSize), p.reserve(attributesSize)];
  const cursor = p.value(p.reserve(8));
  const [again, skip, skipped, done] = [p.label(), p.label(), p.label(), p.label()];
  const ignore = { onError: 'ignore' } as const;
  const size = p.call(label, 'flistxattr', [source, names, attributesSize], ignore);
  p.jumpIf('lt', size, 1, done);
  const end = p.compute('add', names, size);
  p.set(cursor, names);

  p.place(again);
  p.jumpIf('ge', cursor, end, done);
  const length = p.call(label, 'fgetxattr', [source, cursor, value, attributesSize], ignore);
  p.jumpIf('lt', length, 0, skip);
  const set = p.call(label, 'fsetxattr', [target, cursor, value, length, 0], ignore);
  p.jumpIf('ge', set, 0, skip);
  p.jumpIf('eq', set, -errnoNumber('EOPNOTSUPP'), skip);
  p.fail(label, p.compute('sub', 0, set));

  p.place(skip);
  const letter = p.load(8, cursor);
  p.set(cursor, p.compute('add', cursor, 1));
  p.jumpIf('eq', letter, 0, skipped);
  p.jump(skip);
  p.place(skipped);
  p.jump(again);
  p.place(done);
}
