import {
  AT_EMPTY_PATH,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  PROC_ROOT_INO,
  PROC_SUPER_MAGIC,
  S_IFLNK,
  S_IFMT,
  ST_INO_OFFSET,
  STATFS_SIZE,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { copyBytes, copyText } from '../../syscall/copy-bytes.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';

/** What is made where a path ends in nothing: folders on the way are made as well. */
export type Make = 'nothing' | 'folder' | 'file';

/** Links on the way: `refuse` where one could only be an attack. */
export type Links = 'follow' | 'refuse';

/** What of a path is to be made, as a program knows it. */
export const makeNumber: Readonly<Record<Make, number>> = { nothing: 0, folder: 1, file: 2 };

/** A path inside the container's root, as a program knows it. */
export interface WalkRequest {
  /** Absolute address of the path. */
  readonly path: Ref;
  /** One of `makeNumber`. */
  readonly make: Ref;
  /** Not 0: links are refused. */
  readonly refuse: Ref;
}

/** PATH_MAX: no path and no link is longer, and both together have their place in front of each other. */
const pathMax = 4096;
const nameMax = 255;
/** As many links, and as many races lost, as the kernel itself would take (MAXSYMLINKS). */
const maxHops = 40;
const slash = '/'.charCodeAt(0);

/**
 * Walks paths from descriptor to descriptor, on any kernel: each name is opened by itself and never followed; what a
 * link says is put in front of the rest of the path, from the root when it is absolute; and what is missing is made. So
 * whoever swaps a folder for a link meanwhile changes where inside the root the walk ends, and nothing else. `..` stops
 * at the root because the process has it as its own (chroot(2)). Links of procfs that lead to an object are refused.
 */
export class PathWalk {
  readonly #p: ProgramBuilder;
  readonly #root: number;
  readonly #request: WalkRequest;
  /** Where the walk is, how many links it has followed, and what is still to be walked. */
  readonly #current: Ref;
  readonly #hops: Ref;
  readonly #rest: Ref;
  readonly #isLast: Ref;
  readonly #name: Address;
  /** Room for a path and what links put in front of it; the path is at its end. */
  readonly #text: Address;

  /** Not 0 when the last walk has made what the path ends in. */
  readonly made: Ref;
  /** Where the last walk has ended, a descriptor (O_PATH); or the negative errno. */
  readonly result: Ref;

  /** @param root descriptor of the root, which is the root of the process as well. */
  constructor(p: ProgramBuilder, root: number, request: WalkRequest) {
    const variable = (): Ref => p.value(p.reserve(8));
    this.#p = p;
    this.#root = root;
    this.#request = request;
    [this.#current, this.#hops, this.#rest, this.#isLast] = [
      variable(),
      variable(),
      variable(),
      variable(),
    ];
    [this.made, this.result] = [variable(), variable()];
    this.#name = p.reserve(nameMax + 1);
    this.#text = p.reserve(2 * pathMax);
  }

  /** Adds the steps. */
  addSteps(): void {
    const p = this.#p;
    const [next, open, missing, link, found, failed, end] = [
      p.label(),
      p.label(),
      p.label(),
      p.label(),
      p.label(),
      p.label(),
      p.label(),
    ];
    const status = p.reserve(statSize);
    const fd = p.value(p.reserve(8));
    p.set(this.made, 0);
    p.set(this.#hops, 0);
    this.#copyPath(found);
    p.set(this.#current, this.#openRoot());

    p.place(next);
    this.#takeName({ end, failed });
    p.place(open);
    const flags = O_NOFOLLOW.or(O_PATH | O_CLOEXEC);
    const args = [this.#current, this.#name, flags, 0];
    p.set(this.result, p.call('walk a path', 'openat', args, { onError: 'ignore' }));
    p.jumpIf('eq', this.result, -errnoNumber('ENOENT'), missing);
    p.jumpIf('lt', this.result, 0, failed);
    p.set(fd, this.result);
    p.call('look at a part of a path', 'newfstatat', [fd, p.string(''), status, AT_EMPTY_PATH]);
    const mode = p.load(32, p.compute('add', status, statMode));
    p.jumpIf('eq', p.compute('and', mode, S_IFMT), S_IFLNK, link);
    p.call('leave a part of a path', 'close', [this.#current]);
    p.set(this.#current, fd);
    p.jump(next);

    p.place(missing);
    p.jumpIf('eq', this.#request.make, makeNumber.nothing, failed);
    this.#makeMissing(failed);
    this.#countHop(failed);
    p.jump(open);

    p.place(link);
    this.#followLink(fd, failed);
    p.jump(next);

    p.place(failed);
    p.call('leave a part of a path', 'close', [this.#current]);
    p.jump(found);
    p.place(end);
    p.set(this.result, this.#current);
    p.place(found);
  }

  /** Copies the path to the end of the room. */
  #copyPath(tooLong: Label): void {
    const p = this.#p;
    const [count, again, counted] = [p.value(p.reserve(8)), p.label(), p.label()];
    const { path } = this.#request;
    p.set(count, 0);
    p.set(this.result, -errnoNumber('ENAMETOOLONG'));
    p.place(again);
    p.jumpIf('eq', p.load(8, p.compute('add', path, count)), 0, counted);
    p.set(count, p.compute('add', count, 1));
    p.jumpIf('ge', count, pathMax, tooLong);
    p.jump(again);
    p.place(counted);
    p.set(this.#rest, p.compute('sub', this.#text.at(2 * pathMax - 1), count));
    copyText(p, path, this.#rest);
  }

  /** Takes the next name off the path; `.` is one, and leads to where the walk is. */
  #takeName({ end, failed }: { readonly end: Label; readonly failed: Label }): void {
    const p = this.#p;
    const [copy, ended] = [p.label(), p.label()];
    const to = p.value(p.reserve(8));
    this.#skipSlashes();
    p.jumpIf('eq', p.load(8, this.#rest), 0, end);
    p.set(to, this.#name);
    p.set(this.result, -errnoNumber('ENAMETOOLONG'));
    p.place(copy);
    const letter = p.load(8, this.#rest);
    p.jumpIf('eq', letter, 0, ended);
    p.jumpIf('eq', letter, slash, ended);
    p.jumpIf('ge', to, this.#name.at(nameMax), failed);
    p.store(8, to, letter);
    p.set(to, p.compute('add', to, 1));
    p.set(this.#rest, p.compute('add', this.#rest, 1));
    p.jump(copy);
    p.place(ended);
    p.store(8, to, 0);
    this.#skipSlashes();
    const isLast = p.label();
    p.set(this.#isLast, 1);
    p.jumpIf('eq', p.load(8, this.#rest), 0, isLast);
    p.set(this.#isLast, 0);
    p.place(isLast);
  }

  #skipSlashes(): void {
    const p = this.#p;
    const [again, done] = [p.label(), p.label()];
    p.place(again);
    p.jumpIf('ne', p.load(8, this.#rest), slash, done);
    p.set(this.#rest, p.compute('add', this.#rest, 1));
    p.jump(again);
    p.place(done);
  }

  /** Makes the name that is not there. When another was faster, its is opened. */
  #makeMissing(failed: Label): void {
    const p = this.#p;
    const [folder, file, check, done] = [p.label(), p.label(), p.label(), p.label()];
    this.#refuseProc(failed);
    p.jumpIf('eq', this.#isLast, 0, folder);
    p.set(this.made, 1);
    p.jumpIf('eq', this.#request.make, makeNumber.file, file);
    p.place(folder);
    const make = [this.#current, this.#name, 0o755];
    p.set(this.result, p.call('make a folder', 'mkdirat', make, { onError: 'ignore' }));
    p.jump(check);
    p.place(file);
    const flags = O_NOFOLLOW.or(O_CREAT | O_EXCL | O_CLOEXEC);
    const create = [this.#current, this.#name, flags, 0o644];
    p.set(this.result, p.call('make a file', 'openat', create, { onError: 'ignore' }));
    p.jumpIf('lt', this.result, 0, check);
    p.call('close the file', 'close', [this.result]);
    p.place(check);
    p.jumpIf('eq', this.result, -errnoNumber('EEXIST'), done);
    p.jumpIf('lt', this.result, 0, failed);
    p.place(done);
  }

  /**
   * Where links have led, nothing is made in /proc: until procfs is mounted there, what they say of it is not yet true,
   * and what is mounted on it would be lost below.
   */
  #refuseProc(failed: Label): void {
    const p = this.#p;
    const [allowed, there] = [p.label(), p.label()];
    const [here, proc] = [p.reserve(statSize), p.reserve(statSize)];
    const label = 'look whether it is /proc';
    p.jumpIf('eq', this.#hops, 0, allowed);
    const args = [this.#root, p.string('proc'), proc, AT_SYMLINK_NOFOLLOW];
    p.call(label, 'newfstatat', args, { onError: allowed });
    p.call(label, 'newfstatat', [this.#current, p.string(''), here, AT_EMPTY_PATH]);
    p.jumpIf('ne', p.value(proc), p.value(here), allowed);
    p.jumpIf('eq', p.value(proc.at(ST_INO_OFFSET)), p.value(here.at(ST_INO_OFFSET)), there);
    p.jump(allowed);
    p.place(there);
    p.set(this.result, -errnoNumber('ELOOP'));
    p.jump(failed);
    p.place(allowed);
  }

  #countHop(failed: Label): void {
    const p = this.#p;
    p.set(this.#hops, p.compute('add', this.#hops, 1));
    p.set(this.result, -errnoNumber('ELOOP'));
    p.jumpIf('ge', this.#hops, maxHops, failed);
  }

  /** Puts what a link says in front of the rest of the path. */
  #followLink(fd: Ref, failed: Label): void {
    const p = this.#p;
    const [relative, read] = [p.label(), p.value(p.reserve(8))];
    const target = p.reserve(pathMax);
    const args = [fd, p.string(''), target, pathMax];
    p.set(read, p.call('read a link', 'readlinkat', args, { onError: 'ignore' }));
    this.#ignoreMagic(fd, read);
    p.call('leave a link', 'close', [fd]);
    this.#countHop(failed);
    p.jumpIf('ne', this.#request.refuse, 0, failed);
    p.jumpIf('lt', read, 1, failed);
    // The rest has no slash at its beginning any more; it gets one, and the link in front of that.
    const slashAt = p.compute('sub', this.#rest, 1);
    const start = p.compute('sub', slashAt, read);
    p.set(this.result, -errnoNumber('ENAMETOOLONG'));
    p.jumpIf('lt', start, this.#text, failed);
    p.store(8, slashAt, slash);
    copyBytes(p, { from: target, to: start, length: read });
    p.set(this.#rest, start);
    p.jumpIf('ne', p.load(8, start), slash, relative);
    p.call('leave a part of a path', 'close', [this.#current]);
    p.set(this.#current, this.#openRoot());
    p.place(relative);
  }

  /**
   * Takes the length of a link that leads to an object, whatever its text is: all of procfs are taken for such but those
   * at its top (self, thread-self, net, mounts), which are links as any others.
   */
  #ignoreMagic(fd: Ref, length: Ref): void {
    const p = this.#p;
    const plain = p.label();
    const [fileSystem, folder] = [p.reserve(STATFS_SIZE), p.reserve(statSize)];
    p.call('look at the file system of a link', 'fstatfs', [fd, fileSystem]);
    p.jumpIf('ne', p.value(fileSystem), PROC_SUPER_MAGIC, plain);
    const args = [this.#current, p.string(''), folder, AT_EMPTY_PATH];
    p.call('look at the folder of a link', 'newfstatat', args);
    p.jumpIf('eq', p.value(folder.at(ST_INO_OFFSET)), PROC_ROOT_INO, plain);
    p.set(length, 0);
    p.place(plain);
  }

  #openRoot(): Ref {
    const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
    const p = this.#p;
    return p.call('begin at the root', 'openat', [this.#root, p.string('.'), flags, 0]);
  }
}
