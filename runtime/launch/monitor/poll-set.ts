import { POLLFD_SIZE } from '../../syscall/constants/io.ts';
import type { Address, Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** One place of a poll set. */
export interface PollSlot {
  /** The descriptor that is polled now; -1 for none. */
  readonly fd: Ref;
  /** What happened, as poll(2) has left it, in the upper 16 of 32 bits. */
  readonly happened: Ref;
  readonly address: Value;
}

/** The array of struct pollfd that a program polls (poll(2)): a negative descriptor is left out by the kernel. */
export class PollSet {
  readonly #p: ProgramBuilder;
  readonly #array: Address;
  readonly #size: number;
  #used = 0;

  constructor(p: ProgramBuilder, size: number) {
    this.#p = p;
    this.#size = size;
    this.#array = p.reserve(size * POLLFD_SIZE);
  }

  /** Takes the next place for a descriptor, or for none yet (-1). */
  add(fd: Value, events: number): PollSlot {
    const address = this.#array.at(this.#used * POLLFD_SIZE);
    this.#used += 1;
    this.#p.store(32, address, fd);
    this.#p.store(32, address.at(4), events);
    return { fd: this.#p.value32(address), happened: this.#p.value32(address.at(4)), address };
  }

  /** Polls another descriptor in a place from the next wait on; -1 for none. */
  assign(slot: PollSlot, fd: Value): void {
    // A 32-bit store: the events stay as they are.
    this.#p.store(32, slot.address, fd);
  }

  /**
   * Waits until one of the descriptors is ready.
   * @param timeout address of a struct timespec; 0 for no end.
   */
  wait(timeout: Value = 0): void {
    const args = [this.#array, this.#size, timeout, 0, 0] as const;
    this.#p.call('wait', 'ppoll', args, { onError: 'ignore' });
  }

  /** Goes on at `label` when the place has no descriptor or nothing happened to it. */
  skipUnlessReady(slot: PollSlot, label: Label): void {
    const p = this.#p;
    p.jumpIf('lt', slot.fd, 0, label);
    p.jumpIf('eq', p.compute('and', slot.happened, 0xffff0000), 0, label);
  }

  /** Adds a loop over places that were added one after the other. `body` is built once. */
  forEach(slots: readonly PollSlot[], body: (slot: PollSlot, next: Label) => void): void {
    const [first] = slots;
    if (!first) return;
    const p = this.#p;
    const cursor = p.value(p.reserve(8));
    const end = p.compute('add', first.address, slots.length * POLLFD_SIZE);
    const [again, next] = [p.label(), p.label()];
    p.set(cursor, first.address);
    p.place(again);
    const fd = p.load(32, cursor);
    const happened = p.load(32, p.compute('add', cursor, 4));
    body({ fd, happened, address: cursor }, next);
    p.place(next);
    p.set(cursor, p.compute('add', cursor, POLLFD_SIZE));
    p.jumpIf('lt', cursor, end, again);
  }
}
