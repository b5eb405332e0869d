import { AT_FDCWD, O_CLOEXEC, O_NOFOLLOW, O_PATH } from '../syscall/constants/fs.ts';
import { MS_BIND } from '../syscall/constants/mount.ts';
import type { Value } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';

/** First number of the descriptors; below are standard input to error and what the start-up itself opens. */
const firstNumber = 100;

/**
 * Files and folders that are bound into the container: mostly of the host, opened before the container's root takes the place of the host's. They are bound into
 * the container afterwards, so that their paths are resolved on the host while the destinations are resolved inside
 * the container's root, where no link can lead out.
 *
 * Each gets a number that is known when the program is built, so that its name under /proc is a plain string.
 */
export class HostDescriptors {
  readonly #p: ProgramBuilder;
  #next = firstNumber;

  constructor(p: ProgramBuilder) {
    this.#p = p;
  }

  /** Opens a path of the host (O_PATH); gives the number of the descriptor. Before the root changes. */
  open(path: string): number {
    return this.#open(path, `open ${path} of the host`, O_PATH | O_CLOEXEC);
  }

  /** Opens what was just made inside the container's root, and no link that may be in its place. */
  openInside(path: string): number {
    return this.#open(path, `open ${path} of the container`, O_NOFOLLOW.or(O_PATH | O_CLOEXEC));
  }

  #open(path: string, label: string, flags: Value): number {
    const number = this.#next;
    this.#next += 1;
    const fd = this.#p.call(label, 'openat', [AT_FDCWD, this.#p.string(path), flags, 0]);
    this.#p.call(label, 'dup3', [fd, number, O_CLOEXEC]);
    this.#p.call(label, 'close', [fd]);
    return number;
  }

  /** Binds what a descriptor stands for to a path of the container. The current folder is the host's root. */
  bind(number: number, destination: string, { recursive }: { readonly recursive: number }): void {
    const source = this.#p.string(`proc/self/fd/${number}`);
    this.#p.call(`bind to ${destination}`, 'mount', [
      source,
      this.#p.string(destination),
      0,
      MS_BIND | recursive,
      0,
    ]);
  }

  /** Closes all: from here on the container's program could name them (CVE-2024-21626). */
  closeAll(): void {
    for (let number = firstNumber; number < this.#next; number += 1) {
      this.#p.call('close a descriptor of the host', 'close', [number]);
    }
  }
}
