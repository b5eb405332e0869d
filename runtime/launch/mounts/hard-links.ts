import {
  AT_REMOVEDIR,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
  ST_INO_OFFSET,
} from '../../syscall/constants/fs.ts';
import { decimal } from '../../syscall/decimal.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statLinks, statSize } from '../../syscall/tree/stat.ts';
import { lookAt } from './copy-attributes.ts';
import type { TreeCopy } from './copy-file.ts';

/** Where the copies of files with several names are found again, by number; gone when the tree is copied. */
const folderName = '.berth-hard-links';
const entriesSize = 4096;

/**
 * Keeps the names of one file names of one file when a tree is copied. The copies get a further name, their number in
 * the source, in a folder of their own: looking there is how the second name finds what was made for the first.
 */
export class HardLinks {
  readonly #p: ProgramBuilder;
  readonly #copy: TreeCopy;
  readonly #folder: Ref;
  readonly #root: Ref;
  readonly #number: Ref;
  readonly #device: Ref;

  constructor(p: ProgramBuilder, copy: TreeCopy) {
    const variable = (): Ref => p.value(p.reserve(8));
    this.#p = p;
    this.#copy = copy;
    [this.#folder, this.#root, this.#number, this.#device] = [
      variable(),
      variable(),
      variable(),
      variable(),
    ];
  }

  /** Makes the folder of the numbers, in the target of the whole tree. */
  begin(): void {
    const p = this.#p;
    const { source, target, label } = this.#copy;
    const status = p.reserve(statSize);
    p.set(this.#root, target);
    p.call(label, 'mkdirat', [target, p.string(folderName), 0o700]);
    const flags = O_DIRECTORY.or(O_NOFOLLOW).or(O_RDONLY | O_CLOEXEC);
    p.set(this.#folder, p.call(label, 'openat', [target, p.string(folderName), flags, 0]));
    // What is mounted below has numbers of its own: its names are copied one by one.
    lookAt(p, source, { status, label });
    p.set(this.#device, p.value(status));
  }

  /** Makes the name at hand one of a copy that is there, and goes on at the label; else goes on with the next step. */
  linkOr(linked: Label): void {
    const p = this.#p;
    const { target, name, status, label } = this.#copy;
    const none = p.label();
    p.set(this.#number, 0);
    p.jumpIf('lt', p.load(32, p.compute('add', status, statLinks)), 2, none);
    p.jumpIf('ne', p.value(status), this.#device, none);
    p.set(this.#number, decimal(p, p.value(status.at(ST_INO_OFFSET))).start);
    const args = [this.#folder, this.#number, target, name, 0];
    const result = p.call(label, 'linkat', args, { onError: 'ignore' });
    p.jumpIf('eq', result, 0, linked);
    p.jumpIf('eq', result, -errnoNumber('ENOENT'), none);
    p.fail(label, p.compute('sub', 0, result));
    p.place(none);
  }

  /** Gives the copy that was just made its number. */
  remember(): void {
    const p = this.#p;
    const { target, name, label } = this.#copy;
    const none = p.label();
    p.jumpIf('eq', this.#number, 0, none);
    p.call(label, 'linkat', [target, name, this.#folder, this.#number, 0]);
    p.place(none);
  }

  /** Removes the folder of the numbers. */
  end(): void {
    const p = this.#p;
    const { label } = this.#copy;
    const entries = p.reserve(entriesSize);
    const [read, next, empty] = [p.label(), p.label(), p.label()];
    const at = p.value(p.reserve(8));
    p.place(read);
    const length = p.call(label, 'getdents64', [this.#folder, entries, entriesSize]);
    p.jumpIf('eq', length, 0, empty);
    const end = p.compute('add', entries, length);
    p.set(at, entries);
    p.place(next);
    p.jumpIf('ge', at, end, read);
    // `.` and `..` stay, of course.
    const args = [this.#folder, p.compute('add', at, 19), 0];
    p.call(label, 'unlinkat', args, { onError: 'ignore' });
    // No name is longer than 20 digits, so that the length of an entry is in one byte.
    p.set(at, p.compute('add', at, p.load(8, p.compute('add', at, 16))));
    p.jump(next);
    p.place(empty);
    p.call(label, 'close', [this.#folder]);
    p.call(label, 'unlinkat', [this.#root, p.string(folderName), AT_REMOVEDIR]);
  }
}
