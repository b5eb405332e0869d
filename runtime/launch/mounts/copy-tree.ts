import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize, statTimes, statDevice } from '../../syscall/tree/stat.ts';
import { copyAttributes, copyOwner, lookAt } from './copy-attributes.ts';
import { copyFile, type TreeCopy } from './copy-file.ts';
import { HardLinks } from './hard-links.ts';

/** So deep a tree is copied, with two descriptors for each folder on the way. */
const maxDepth = 400;
const entriesSize = 32 * 1024;
const linkSize = 4096;
const SEEK_SET = 0;
/** Offsets in struct linux_dirent64 (getdents64(2)). */
const entry = { next: 8, length: 16, name: 19 } as const;
const dot = '.'.charCodeAt(0);

/**
 * Adds the steps that copy a folder into another, an empty one, with everything below: files, folders, links, hard links,
 * devices, pipes; and of each its owner, mode, times and extended attributes. That is what `tmpcopyup` asks for. What is
 * mounted below the source is copied as well. Holes of files are filled.
 *
 * @param from descriptor of the source.
 * @param to path of the target.
 */
export function copyTree(
  p: ProgramBuilder,
  { from, to, label }: { readonly from: number; readonly to: string; readonly label: string },
): void {
  new TreeWalk(p, `copy ${label}`).copy(from, to);
}

class TreeWalk {
  readonly #p: ProgramBuilder;
  readonly #label: string;
  readonly #copy: TreeCopy;
  readonly #stack;
  readonly #depth: Ref;
  readonly #entries;
  readonly #at: Ref;
  readonly #end: Ref;
  readonly #links: HardLinks;

  constructor(p: ProgramBuilder, label: string) {
    const variable = (): Ref => p.value(p.reserve(8));
    this.#p = p;
    this.#label = label;
    this.#copy = {
      source: variable(),
      target: variable(),
      name: variable(),
      status: p.reserve(statSize),
      label,
    };
    this.#stack = p.reserve(16 * maxDepth);
    this.#entries = p.reserve(entriesSize);
    [this.#depth, this.#at, this.#end] = [variable(), variable(), variable()];
    this.#links = new HardLinks(p, this.#copy);
  }

  copy(from: number, to: string): void {
    const p = this.#p;
    const { source, target } = this.#copy;
    const [read, next, folder, leave, done] = [
      p.label(),
      p.label(),
      p.label(),
      p.label(),
      p.label(),
    ];
    p.set(source, this.#open(from, p.string('.')));
    p.set(target, this.#open(AT_FDCWD, p.string(to)));
    p.set(this.#depth, 0);
    this.#links.begin();

    p.place(read);
    const args = [source, this.#entries, entriesSize];
    const length = p.call(this.#label, 'getdents64', args);
    p.jumpIf('eq', length, 0, leave);
    p.set(this.#at, this.#entries);
    p.set(this.#end, p.compute('add', this.#entries, length));
    p.place(next);
    p.jumpIf('ge', this.#at, this.#end, read);
    const offset = this.#takeEntry(next);
    this.#copyEntry({ next, folder });

    p.place(folder);
    this.#enter(offset);
    p.jump(read);

    p.place(leave);
    p.jumpIf('eq', this.#depth, 0, done);
    this.#leave();
    p.jump(read);
    p.place(done);
    this.#links.end();
    this.#finishFolder();
  }

  /** Goes to the next entry; gives where the folder is to be read from after it. */
  #takeEntry(skip: Label): Ref {
    const p = this.#p;
    const entryAt = this.#at;
    const offset = p.load(64, p.compute('add', entryAt, entry.next));
    const low = p.load(8, p.compute('add', entryAt, entry.length));
    const high = p.load(8, p.compute('add', entryAt, entry.length + 1));
    const { name } = this.#copy;
    p.set(name, p.compute('add', entryAt, entry.name));
    const length = p.compute('add', low, p.compute('shl', high, 8));
    p.set(this.#at, p.compute('add', entryAt, length));
    // The folder itself and its parent.
    const real = p.label();
    p.jumpIf('ne', p.load(8, name), dot, real);
    const second = p.load(8, p.compute('add', name, 1));
    p.jumpIf('eq', second, 0, skip);
    p.jumpIf('ne', second, dot, real);
    p.jumpIf('eq', p.load(8, p.compute('add', name, 2)), 0, skip);
    p.place(real);
    return offset;
  }

  #copyEntry({ next, folder }: { readonly next: Label; readonly folder: Label }): void {
    const p = this.#p;
    const { source, target, name, status } = this.#copy;
    const [file, link] = [p.label(), p.label()];
    p.call(this.#label, 'newfstatat', [source, name, status, AT_SYMLINK_NOFOLLOW]);
    const mode = p.load(32, p.compute('add', status, statMode));
    const type = p.compute('and', mode, S_IFMT);
    p.jumpIf('eq', type, S_IFDIR, folder);
    p.jumpIf('eq', type, S_IFREG, file);
    p.jumpIf('eq', type, S_IFLNK, link);
    const device = p.load(64, p.compute('add', status, statDevice));
    p.call(this.#label, 'mknodat', [target, name, mode, device]);
    copyOwner(p, this.#copy);
    p.call(this.#label, 'fchmodat', [target, name, p.compute('and', mode, 0o7777)]);
    this.#copyTimes();
    p.jump(next);

    p.place(file);
    this.#links.linkOr(next);
    copyFile(p, this.#copy);
    this.#links.remember();
    p.jump(next);

    p.place(link);
    const text = p.reserve(linkSize + 1);
    const length = p.call(this.#label, 'readlinkat', [source, name, text, linkSize]);
    p.store(8, p.compute('add', text, length), 0);
    p.call(this.#label, 'symlinkat', [text, target, name]);
    copyOwner(p, this.#copy);
    this.#copyTimes();
    p.jump(next);
  }

  #copyTimes(): void {
    const { target, name, status } = this.#copy;
    const args = [target, name, status.at(statTimes), AT_SYMLINK_NOFOLLOW];
    this.#p.call(this.#label, 'utimensat', args);
  }

  /** Goes on in a folder; the one above is read on from the entry after it, later. */
  #enter(offset: Ref): void {
    const p = this.#p;
    const { source, target, name } = this.#copy;
    const deeper = p.label();
    p.jumpIf('lt', this.#depth, maxDepth, deeper);
    p.fail(`${this.#label}: more than ${maxDepth} folders in each other`, errnoNumber('ELOOP'));
    p.place(deeper);
    p.call(this.#label, 'mkdirat', [target, name, 0o700]);
    p.call(this.#label, 'lseek', [source, offset, SEEK_SET]);
    const frame = p.compute('add', this.#stack, p.compute('mul', this.#depth, 16));
    p.store(64, frame, source);
    p.store(64, p.compute('add', frame, 8), target);
    const inner = this.#open(source, name);
    p.set(target, this.#open(target, name));
    p.set(source, inner);
    p.set(this.#depth, p.compute('add', this.#depth, 1));
  }

  #leave(): void {
    const p = this.#p;
    const { source, target } = this.#copy;
    this.#finishFolder();
    p.set(this.#depth, p.compute('sub', this.#depth, 1));
    const frame = p.compute('add', this.#stack, p.compute('mul', this.#depth, 16));
    p.set(source, p.load(64, frame));
    p.set(target, p.load(64, p.compute('add', frame, 8)));
  }

  /** Its times are copied when nothing is made in it any more. */
  #finishFolder(): void {
    const p = this.#p;
    const { source, target, status } = this.#copy;
    lookAt(p, source, { status, label: this.#label });
    copyAttributes(p, { source, target, status, label: this.#label });
    p.call(this.#label, 'close', [source]);
    p.call(this.#label, 'close', [target]);
  }

  #open(folder: Ref | number, name: Value): Ref {
    const flags = O_DIRECTORY.or(O_NOFOLLOW).or(O_RDONLY | O_CLOEXEC);
    return this.#p.call(this.#label, 'openat', [folder, name, flags, 0]);
  }
}
