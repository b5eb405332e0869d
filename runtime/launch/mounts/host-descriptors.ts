import { AT_FDCWD, O_CLOEXEC, O_PATH } from '../../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { openBelow } from './open-below.ts';

/*
 * Descriptors that a start works with, by number, so that their names under /proc are plain strings. All below are free
 * for standard input to error and what the start-up itself opens.
 */

/** Devices that were made before the fork (`mapped-devices.ts`). What a caller hands on has numbers below (`--preserve-fds`). */
export const deviceDescriptors = { first: 150, count: 44 } as const;
/** A root that was mounted before the fork (`mapped-root.ts`). */
export const rootTreeDescriptor = 194;
/** Something that is held for the next step or two. */
export const spareDescriptor = 195;
/** The container's root. */
export const rootDescriptor = 196;
/** The folder of the places where mounts are made ready (`mount-stage.ts`). */
export const stageDescriptor = 197;
/** What the container's path at hand leads to (`destinations.ts`). */
export const destinationDescriptor = 198;
/** The null device that is certain to be one (`null-device.ts`). */
export const nullDescriptor = 199;
/** The first of those that stand for sources on the host. */
const firstSource = 200;

/**
 * The name of a descriptor, for calls that take paths: in the host's procfs, and relative to the current folder, which
 * is the host's root while the root of the process is the container's (`enterRoot`).
 */
export function descriptorPath(descriptor: number): string {
  return `proc/self/fd/${descriptor}`;
}

/**
 * Files and folders of the host that are bound into the container, opened before the container's root takes the place of
 * the host's: their paths are resolved on the host, while the destinations are resolved inside the container's root.
 */
export class HostDescriptors {
  readonly #p: ProgramBuilder;
  #next = firstSource;

  constructor(p: ProgramBuilder) {
    this.#p = p;
  }

  /**
   * Opens a path of the host (O_PATH), or what is below it; gives the number of the descriptor. Before the root changes.
   */
  open(path: string, below?: string): number {
    const number = this.#next;
    this.#next += 1;
    const label = `open ${path} of the host`;
    const args = [AT_FDCWD, this.#p.string(path), O_PATH | O_CLOEXEC, 0];
    const fd =
      below === undefined
        ? this.#p.call(label, 'openat', args)
        : openBelow(this.#p, { folder: path, path: below });
    this.#p.call(label, 'dup3', [fd, number, O_CLOEXEC]);
    this.#p.call(label, 'close', [fd]);
    return number;
  }

  /** Closes all: the container's program could name them otherwise (CVE-2024-21626). */
  closeAll(): void {
    const own = [spareDescriptor, stageDescriptor, destinationDescriptor, nullDescriptor];
    for (const number of own) {
      // Not every start needs each of them. The root's is closed by `leaveHost`.
      this.#p.call('close a descriptor of the start', 'close', [number], { onError: 'ignore' });
    }
    for (let number = firstSource; number < this.#next; number += 1) {
      this.#p.call('close a descriptor of the host', 'close', [number]);
    }
  }
}
