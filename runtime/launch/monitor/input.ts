import { POLLIN, POLLOUT } from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSet, PollSlot } from './poll-set.ts';

const bufferSize = 4096;

/**
 * Moves standard input from a connection to the container. Only one of the two is polled at a time: while bytes wait
 * for the container to take them nothing more is read, so a container that does not read holds up nobody else.
 */
export class Input {
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #buffer;
  readonly #waiting: Ref;
  readonly #written: Ref;
  readonly #closeAsked: Ref;
  readonly #source: PollSlot;
  readonly #sink: PollSlot;
  /** The connection that carries standard input; -1 for none. */
  readonly #connection: Ref;
  /** The container's standard input; -1 when there is none, or none any more. */
  readonly #container: Ref;

  constructor(p: ProgramBuilder, polled: PollSet, stdin: Value) {
    this.#p = p;
    this.#polled = polled;
    this.#buffer = p.reservePages(bufferSize);
    this.#waiting = p.value(p.reserve(8));
    this.#written = p.value(p.reserve(8));
    this.#closeAsked = p.value(p.reserve(8));
    this.#connection = p.value(p.reserve(8));
    this.#container = p.value(p.reserve(8));
    p.set(this.#connection, -1);
    p.set(this.#container, stdin);
    this.#source = polled.add(-1, POLLIN);
    this.#sink = polled.add(-1, POLLOUT);
  }

  /** A connection carries standard input from now on; a former one is closed. */
  connect(connection: Value): void {
    const p = this.#p;
    const none = p.label();
    p.jumpIf('lt', this.#connection, 0, none);
    p.call('close the former input', 'close', [this.#connection], { onError: 'ignore' });
    p.place(none);
    p.set(this.#connection, connection);
  }

  /** The container's standard input is to be closed when everything has been written. */
  askToClose(): void {
    this.#p.set(this.#closeAsked, 1);
  }

  /** Moves what can be moved. */
  forward(): void {
    const p = this.#p;
    const [noBytes, done] = [p.label(), p.label()];
    this.#polled.skipUnlessReady(this.#source, noBytes);
    this.#read();
    p.place(noBytes);
    this.#polled.skipUnlessReady(this.#sink, done);
    this.#write();
    p.place(done);
  }

  #read(): void {
    const p = this.#p;
    const [ended, done] = [p.label(), p.label()];
    const count = p.call('read input', 'read', [this.#connection, this.#buffer, bufferSize], {
      onError: 'ignore',
    });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), done);
    p.jumpIf('lt', count, 1, ended);
    p.set(this.#waiting, count);
    p.set(this.#written, 0);
    p.jump(done);
    p.place(ended);
    p.call('close the input', 'close', [this.#connection], { onError: 'ignore' });
    p.set(this.#connection, -1);
    p.place(done);
  }

  #write(): void {
    const p = this.#p;
    const [gone, done] = [p.label(), p.label()];
    const from = p.compute('add', this.#buffer, this.#written);
    const count = p.call('write input', 'write', [this.#container, from, this.#waiting], {
      onError: 'ignore',
    });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), done);
    p.jumpIf('lt', count, 0, gone);
    p.set(this.#written, p.compute('add', this.#written, count));
    p.set(this.#waiting, p.compute('sub', this.#waiting, count));
    p.jump(done);
    // The container has closed its standard input: bytes for it are dropped, as a shell's pipe would.
    p.place(gone);
    p.set(this.#waiting, 0);
    p.place(done);
  }

  /** Decides which end is polled next, and closes the container's end when that is due. Once before every wait. */
  settle(): void {
    const p = this.#p;
    const [write, read, done] = [p.label(), p.label(), p.label()];
    p.jumpIf('lt', 0, this.#waiting, write);
    this.#polled.assign(this.#sink, -1);
    p.jumpIf('ge', this.#connection, 0, read);
    this.#polled.assign(this.#source, -1);
    p.jumpIf('eq', this.#closeAsked, 0, done);
    p.jumpIf('lt', this.#container, 0, done);
    p.call('close standard input', 'close', [this.#container], { onError: 'ignore' });
    p.set(this.#container, -1);
    p.jump(done);
    p.place(read);
    this.#polled.assign(this.#source, this.#connection);
    p.jump(done);
    p.place(write);
    this.#polled.assign(this.#source, -1);
    this.#polled.assign(this.#sink, this.#container);
    p.place(done);
  }
}
