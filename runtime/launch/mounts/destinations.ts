import { posix } from 'node:path';
import {
  DEVPTS_SUPER_MAGIC,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_PATH,
  PROC_SUPER_MAGIC,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  STATFS_SIZE,
  SYSFS_MAGIC,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Subroutine } from '../../syscall/subroutine.ts';
import { destinationDescriptor, rootDescriptor } from './host-descriptors.ts';
import { type Links, type Make, makeNumber, PathWalk } from './path-walk.ts';

/** Size of a struct open_how (openat2(2)): flags, mode and how the path is resolved, 64 bits each. */
const openHowSize = 24;

/** File systems in which nothing is covered by `openItself`. */
const kernelsOwn = [PROC_SUPER_MAGIC, SYSFS_MAGIC, DEVPTS_SUPER_MAGIC];

/** How a destination is opened. */
interface OpenOptions {
  /** What to make when it is not there; nothing by default. */
  readonly make?: Make;
  /** Followed by default, inside the root. */
  readonly links?: Links;
  /** Where to go on when it is not there; by default the start fails. */
  readonly missing?: Label;
  /** Where to go on when it cannot be opened or made, whatever the reason. */
  readonly failed?: Label;
}

/** How the kernel is asked: in one call, as Linux 5.6 can, or name by name. */
export type Lookup = 'openat2' | 'walk';

/**
 * Opens paths inside the container's root. Each is resolved once: what is done with it afterwards is done with the
 * descriptor, so that nobody who shares a folder with the container can lead the second step elsewhere than the first
 * (CVE-2021-30465). No link leads out of the root, and none of procfs to what the start has open.
 *
 * There is one destination at a time, and its number is known when the program is built (`destinationDescriptor`).
 */
export class Destinations {
  readonly #p: ProgramBuilder;
  readonly #lookup: Lookup;
  readonly #subroutine: Subroutine;
  readonly #path: Ref;
  readonly #make: Ref;
  readonly #refuse: Ref;

  /** Not 0 when the last path was made. */
  readonly made: Ref;
  /** 0 when the last path was opened, or why it could not be. */
  readonly errno: Ref;

  constructor(p: ProgramBuilder, { lookup = 'openat2' }: { readonly lookup?: Lookup } = {}) {
    const variable = (): Ref => p.value(p.reserve(8));
    this.#p = p;
    this.#lookup = lookup;
    this.#subroutine = new Subroutine(p);
    [this.#path, this.#make, this.#refuse] = [variable(), variable(), variable()];
    [this.made, this.errno] = [variable(), variable()];
  }

  /**
   * Opens a path (O_PATH) as the current destination. It may end in a link that is followed, also to where nothing is yet:
   * then that is made, as a shell would.
   */
  open(path: string, options: OpenOptions = {}): void {
    const p = this.#p;
    const { make = 'nothing', links = 'follow', missing, failed } = options;
    const opened = p.label();
    this.#ask(p.string(path), { make, links });
    if (failed) {
      p.jumpIf('ne', this.errno, 0, failed);
      return;
    }
    p.jumpIf('eq', this.errno, 0, opened);
    // Below a file there is nothing either.
    for (const errno of ['ENOENT', 'ENOTDIR']) {
      if (missing) p.jumpIf('eq', this.errno, errnoNumber(errno), missing);
    }
    p.fail(openLabel(path, make), this.errno);
    p.place(opened);
  }

  /** Opens what is there, by a path that is known when the program runs; `errno` tells whether that has succeeded. */
  lookUp(path: Ref): void {
    this.#ask(path, { make: 'nothing', links: 'follow' });
  }

  #ask(path: Value, { make, links }: { readonly make: Make; readonly links: Links }): void {
    const p = this.#p;
    p.set(this.#path, path);
    p.set(this.#make, makeNumber[make]);
    p.set(this.#refuse, links === 'refuse' ? 1 : 0);
    this.#subroutine.call();
  }

  /** Opens the folder that a path is in, making it; gives the name in there. */
  openFolderOf(path: string): string {
    const normal = posix.normalize(path).replace(/\/+$/, '');
    this.open(posix.dirname(normal), { make: 'folder' });
    return posix.basename(normal);
  }

  /**
   * Opens what is there, and of a link that it ends in the link itself: it is covered then, and what it says stays. Not in the
   * kernel's own file systems, where links and files tell who reads them about himself (CVE-2025-52881).
   */
  openItself(path: string): void {
    const p = this.#p;
    const normal = posix.normalize(path).replace(/\/+$/, '');
    this.open(posix.dirname(normal || '/'));
    if (normal === '') return;
    const label = openLabel(`${path} itself`, 'nothing');
    const flags = O_NOFOLLOW.or(O_PATH | O_CLOEXEC);
    const name = p.string(posix.basename(normal));
    const fd = p.call(label, 'openat', [destinationDescriptor, name, flags, 0]);
    const fileSystem = p.reserve(STATFS_SIZE);
    p.call(label, 'fstatfs', [fd, fileSystem]);
    const [refused, allowed] = [p.label(), p.label()];
    for (const magic of kernelsOwn) p.jumpIf('eq', p.value(fileSystem), magic, refused);
    p.jump(allowed);
    p.place(refused);
    p.fail(label, errnoNumber('EPERM'));
    p.place(allowed);
    p.call('hold a path', 'dup3', [fd, destinationDescriptor, O_CLOEXEC]);
    p.call('hold a path', 'close', [fd]);
  }

  /** Adds the steps that all have in common, when there are no more. */
  finish(): void {
    this.#subroutine.finish(() => {
      this.#steps();
    });
  }

  #steps(): void {
    const p = this.#p;
    const [opened, failed, done] = [p.label(), p.label(), p.label()];
    const fd = p.value(p.reserve(8));
    p.set(this.made, 0);
    if (this.#lookup === 'openat2') {
      const args = [rootDescriptor, this.#path, this.#openHow(), openHowSize];
      p.set(fd, p.call('open a path', 'openat2', args, { onError: 'ignore' }));
      p.jumpIf('ge', fd, 0, opened);
      const walk = p.label();
      p.jumpIf('ne', this.#make, makeNumber.nothing, walk);
      p.jumpIf('eq', fd, -errnoNumber('ENOENT'), failed);
      p.place(walk);
    }
    // Older kernels, what is to be made, and links that were swapped meanwhile.
    const request = { path: this.#path, make: this.#make, refuse: this.#refuse };
    const walk = new PathWalk(p, rootDescriptor, request);
    walk.addSteps();
    p.set(fd, walk.result);
    p.set(this.made, walk.made);
    p.jumpIf('lt', fd, 0, failed);
    p.place(opened);
    p.call('hold a path', 'dup3', [fd, destinationDescriptor, O_CLOEXEC]);
    p.call('hold a path', 'close', [fd]);
    p.set(this.errno, 0);
    p.jump(done);

    p.place(failed);
    p.set(this.errno, p.compute('sub', 0, fd));
    p.place(done);
  }

  /** How openat2(2) is to resolve the path at hand. */
  #openHow(): Address {
    const p = this.#p;
    const how = p.bytes(Buffer.from(BigUint64Array.of(BigInt(O_PATH | O_CLOEXEC), 0n, 0n).buffer));
    const [resolve, follow] = [how.at(16), p.label()];
    p.set(resolve, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    p.jumpIf('eq', this.#refuse, 0, follow);
    p.set(resolve, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
    p.place(follow);
    return how;
  }
}

function openLabel(path: string, make: Make): string {
  return make === 'nothing' ? `open ${path}` : `open or make ${path}`;
}
