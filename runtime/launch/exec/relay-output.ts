import { MSG_DONTWAIT, MSG_NOSIGNAL, POLLIN, POLLOUT } from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSet, PollSlot } from '../monitor/poll-set.ts';
import { frameHeaderSize, frameKind, maxPayload } from './protocol.ts';

/** One of the process' output streams. */
interface Source {
  readonly kind: number;
  /** -1 when it has ended. */
  readonly fd: Ref;
  readonly slot: PollSlot;
}

/**
 * Moves output from the process to berthd, a frame a read. While a frame waits for berthd to take it nothing more is
 * read: a client that reads slowly makes the process wait, and nothing else. When berthd is gone output is read and
 * dropped, so that the process goes on.
 */
export class RelayOutput {
  /** Bytes of the frame that berthd has not taken yet. */
  readonly waiting: Ref;
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #frame: Address;
  readonly #sent: Ref;
  readonly #sources: readonly Source[];
  readonly #sink: PollSlot;
  /** The connection; -1 when it is gone. */
  readonly #connection: Ref;

  constructor(
    p: ProgramBuilder,
    polled: PollSet,
    ends: { readonly connection: Value; readonly stdout: Value; readonly stderr: Value },
  ) {
    this.#p = p;
    this.#polled = polled;
    this.#frame = p.reserve(frameHeaderSize + maxPayload);
    this.waiting = variable(p, 0);
    this.#sent = variable(p, 0);
    this.#connection = variable(p, ends.connection);
    this.#sink = polled.add(-1, POLLOUT);
    this.#sources = (['stdout', 'stderr'] as const).map((name) => ({
      kind: frameKind[name],
      fd: variable(p, ends[name]),
      slot: polled.add(-1, POLLIN),
    }));
  }

  /** berthd is gone: what waits for it is dropped, and all that comes. */
  forgetConnection(): void {
    this.#p.set(this.#connection, -1);
    this.#p.set(this.waiting, 0);
  }

  /** Decides what is polled next: the connection while a frame waits, else the process. Once before every wait. */
  settle(): void {
    const p = this.#p;
    const [full, done] = [p.label(), p.label()];
    p.jumpIf('ne', this.waiting, 0, full);
    this.#polled.assign(this.#sink, -1);
    for (const { slot, fd } of this.#sources) this.#polled.assign(slot, fd);
    p.jump(done);
    p.place(full);
    this.#polled.assign(this.#sink, this.#connection);
    for (const { slot } of this.#sources) this.#polled.assign(slot, -1);
    p.place(done);
  }

  /** Moves what can be moved. */
  forward(): void {
    const p = this.#p;
    const rested = p.label();
    this.#polled.skipUnlessReady(this.#sink, rested);
    this.#send();
    p.place(rested);
    for (const source of this.#sources) {
      const done = p.label();
      this.#polled.skipUnlessReady(source.slot, done);
      p.jumpIf('ne', this.waiting, 0, done);
      this.#read(source, done);
      this.#send();
      p.place(done);
    }
  }

  /** Moves what was written before the end, a frame at a time: goes on at `again` as long as there is something. */
  drain(again: Label): void {
    for (const source of this.#sources) {
      const nothing = this.#p.label();
      this.#read(source, nothing);
      this.#send();
      this.#p.jump(again);
      this.#p.place(nothing);
    }
  }

  /** Tells berthd the wait status (wait(2)), waiting until it takes it. Nothing must be waiting before. */
  sayEnded(status: Value): void {
    const p = this.#p;
    this.#putHeader(frameKind.exit, 4);
    p.store(32, this.#frame.at(frameHeaderSize), status);
    const args = [this.#connection, this.#frame, frameHeaderSize + 4, MSG_NOSIGNAL, 0, 0];
    p.call('tell the end', 'sendto', args, { onError: 'ignore' });
  }

  #read({ kind, fd }: Source, nothing: Label): void {
    const p = this.#p;
    const some = p.label();
    p.jumpIf('lt', fd, 0, nothing);
    const payload = this.#frame.at(frameHeaderSize);
    const count = p.call('read output', 'read', [fd, payload, maxPayload], { onError: 'ignore' });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), nothing);
    p.jumpIf('ge', count, 1, some);
    // 0 is the end. EIO would be a terminal that nobody has open: it is held open (hold-terminal.ts).
    p.call('close a stream', 'close', [fd], { onError: 'ignore' });
    p.set(fd, -1);
    p.jump(nothing);
    p.place(some);
    this.#putHeader(kind, count);
    p.set(this.waiting, p.compute('add', count, frameHeaderSize));
    p.set(this.#sent, 0);
  }

  #send(): void {
    const p = this.#p;
    const [gone, done] = [p.label(), p.label()];
    p.jumpIf('lt', this.#connection, 0, gone);
    const from = p.compute('add', this.#frame, this.#sent);
    const args = [this.#connection, from, this.waiting, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0];
    const count = p.call('send output', 'sendto', args, { onError: 'ignore' });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), done);
    p.jumpIf('lt', count, 0, gone);
    p.set(this.#sent, p.compute('add', this.#sent, count));
    p.set(this.waiting, p.compute('sub', this.waiting, count));
    p.jump(done);
    p.place(gone);
    this.forgetConnection();
    p.place(done);
  }

  #putHeader(kind: number, length: Value): void {
    this.#p.store(32, this.#frame, kind);
    this.#p.store(32, this.#frame.at(4), length);
  }
}

function variable(p: ProgramBuilder, value: Value): Ref {
  const ref = p.value(p.reserve(8));
  p.set(ref, value);
  return ref;
}
