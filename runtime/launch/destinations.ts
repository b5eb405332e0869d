import { posix } from 'node:path';
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
} from '../syscall/constants/fs.ts';
import { errnoNumber } from '../syscall/errno.ts';
import type { Address, Label, Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { destinationDescriptor, rootDescriptor } from './host-descriptors.ts';
import { type Links, type Make, PathWalk } from './path-walk.ts';

/** Size of a struct open_how (openat2(2)): flags, mode and how the path is resolved, 64 bits each. */
const openHowSize = 24;

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
  readonly #walk: PathWalk;
  readonly #how = new Map<Links, Address>();

  /** Why the last path could not be opened: the negative errno. */
  readonly errno: Ref;

  constructor(p: ProgramBuilder, { lookup = 'openat2' }: { readonly lookup?: Lookup } = {}) {
    this.#p = p;
    this.#lookup = lookup;
    this.errno = p.value(p.reserve(8));
    this.#walk = new PathWalk(p, rootDescriptor);
  }

  /**
   * Opens a path (O_PATH) as the current destination; not 0 when it was made. A path may end in a link that is followed,
   * also to where nothing is yet: then that is made, as a shell would.
   */
  open(path: string, options: OpenOptions = {}): { readonly made: Ref } {
    const p = this.#p;
    const { make = 'nothing', links = 'follow', failed } = options;
    const missing = options.missing ?? failed;
    const opened = p.label();
    const fd = p.value(p.reserve(8));
    const made = p.value(p.reserve(8));
    p.set(made, 0);
    if (this.#lookup === 'openat2') {
      const args = [rootDescriptor, p.string(path), this.#openHow(links), openHowSize];
      p.set(fd, p.call(`open ${path}`, 'openat2', args, { onError: 'ignore' }));
      p.jumpIf('ge', fd, 0, opened);
      if (missing && make === 'nothing') p.jumpIf('eq', fd, -errnoNumber('ENOENT'), missing);
    }
    // Older kernels, what is to be made, and links that were swapped meanwhile; and every error, to be reported once.
    this.#walk.call({ path, make, links });
    p.set(fd, this.#walk.result);
    p.set(made, this.#walk.made);
    p.set(this.errno, fd);
    for (const errno of ['ENOENT', 'ENOTDIR']) {
      if (missing) p.jumpIf('eq', fd, -errnoNumber(errno), missing);
    }
    p.jumpIf('ge', fd, 0, opened);
    if (failed) p.jump(failed);
    else p.fail(openLabel(path, make), p.compute('sub', 0, fd));
    p.place(opened);
    p.call(`hold ${path}`, 'dup3', [fd, destinationDescriptor, O_CLOEXEC]);
    p.call(`hold ${path}`, 'close', [fd]);
    return { made };
  }

  /** Opens the folder that a path is in, making it; gives the name in there. */
  openFolderOf(path: string): string {
    const normal = posix.normalize(path).replace(/\/+$/, '');
    this.open(posix.dirname(normal), { make: 'folder' });
    return posix.basename(normal);
  }

  /** Adds the steps that all have in common, when there are no more. */
  finish(): void {
    this.#walk.finish();
  }

  #openHow(links: Links): Address {
    const known = this.#how.get(links);
    if (known) return known;
    const resolve =
      RESOLVE_IN_ROOT | (links === 'refuse' ? RESOLVE_NO_SYMLINKS : RESOLVE_NO_MAGICLINKS);
    const how = this.#p.bytes(
      Buffer.from(BigUint64Array.of(BigInt(O_PATH | O_CLOEXEC), 0n, BigInt(resolve)).buffer),
    );
    this.#how.set(links, how);
    return how;
  }
}

function openLabel(path: string, make: Make): string {
  return make === 'nothing' ? `open ${path}` : `open or make ${path}`;
}
