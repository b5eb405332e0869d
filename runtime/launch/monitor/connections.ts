import {
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  POLLIN,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  TIOCSWINSZ,
} from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Input } from './input.ts';
import type { PollSet, PollSlot } from './poll-set.ts';
import { announcement, helloSize, maxConnections, messageSize, messageType } from './protocol.ts';

/** The container's first process and its terminal. */
export interface ConnectionTargets {
  readonly child: Ref;
  /** The monitor's end of the terminal; -1 for a container without. */
  readonly terminal: Value;
  readonly input: Input;
}

/** What is told once: 1 when it is to be, 0 once somebody has been told. */
export interface News {
  /** Output was lost. */
  readonly lost: Ref;
  /** The container has run out of memory. */
  readonly exhausted: Ref;
}

/** The connections of berthd: announcements go out, messages come in (protocol.ts). */
export class Connections {
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #listener: PollSlot;
  readonly #slots: readonly PollSlot[];
  readonly #byte: Address;
  readonly #heard: Ref;

  constructor(p: ProgramBuilder, polled: PollSet, control: Ref) {
    this.#p = p;
    this.#polled = polled;
    this.#listener = polled.add(control, POLLIN);
    this.#slots = Array.from({ length: maxConnections }, () => polled.add(-1, POLLIN));
    this.#byte = p.reserve(8);
    this.#heard = p.value(p.reserve(8));
  }

  /**
   * Tells everybody that the log has grown, with the news. Whoever does not read has enough such bytes waiting for it.
   */
  announce({ lost, exhausted }: News): void {
    const p = this.#p;
    const news = p.compute(
      'add',
      p.compute('mul', lost, announcement.lost),
      p.compute('mul', exhausted, announcement.exhausted),
    );
    p.set(this.#byte, p.compute('add', news, announcement.grown));
    p.set(this.#heard, 0);
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    this.#polled.forEach(this.#slots, ({ fd }, next) => {
      p.jumpIf('lt', fd, 0, next);
      p.call('announce', 'sendto', [fd, this.#byte, 1, flags, 0, 0], { onError: next });
      p.set(this.#heard, 1);
    });
    const nobody = p.label();
    p.jumpIf('eq', this.#heard, 0, nobody);
    p.set(lost, 0);
    p.set(exhausted, 0);
    p.place(nobody);
  }

  /**
   * Accepts a connection that waits and says hello; when all places are taken it is closed.
   * What was new before anybody had connected is told at once.
   */
  accept(child: Ref, news: News): void {
    const p = this.#p;
    const [accepted, done] = [p.label(), p.label()];
    this.#polled.skipUnlessReady(this.#listener, done);
    const connection = p.call(
      'accept',
      'accept4',
      [this.#listener.fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC],
      { onError: done },
    );
    const hello = p.reserve(helloSize);
    p.set(hello, child);
    p.call('say hello', 'sendto', [connection, hello, helloSize, MSG_NOSIGNAL, 0, 0], {
      onError: 'ignore',
    });
    this.#polled.forEach(this.#slots, (slot, next) => {
      p.jumpIf('ge', slot.fd, 0, next);
      this.#polled.assign(slot, connection);
      p.jump(accepted);
    });
    p.call('refuse a connection', 'close', [connection]);
    p.jump(done);
    p.place(accepted);
    p.jumpIf('eq', p.compute('or', news.lost, news.exhausted), 0, done);
    this.announce(news);
    p.place(done);
  }

  /** Takes one message from each connection that has one. */
  serve(targets: ConnectionTargets): void {
    const p = this.#p;
    const message = p.reserve(messageSize);
    this.#polled.forEach(this.#slots, (slot, next) => {
      const close = p.label();
      this.#polled.skipUnlessReady(slot, next);
      const args = [slot.fd, message, messageSize];
      const count = p.call('read a message', 'read', args, { onError: 'ignore' });
      p.jumpIf('eq', count, -errnoNumber('EAGAIN'), next);
      // Messages are written whole; anything else is an end or no friend.
      p.jumpIf('ne', count, messageSize, close);
      this.#carryOut(slot, message, targets);
      p.jump(next);
      p.place(close);
      p.call('close a connection', 'close', [slot.fd]);
      this.#polled.assign(slot, -1);
    });
  }

  #carryOut(slot: PollSlot, message: Address, { child, terminal, input }: ConnectionTargets): void {
    const p = this.#p;
    const done = p.label();
    const when = (type: number, body: () => void): void => {
      const other = p.label();
      p.jumpIf('ne', p.value32(message), type, other);
      body();
      p.jump(done);
      p.place(other);
    };
    when(messageType.stdin, () => {
      input.connect(slot.fd);
      this.#polled.assign(slot, -1);
    });
    when(messageType.resize, () => {
      // struct winsize: rows, columns and two unused numbers of 16 bits.
      const size = p.reserve(8);
      p.store(32, size, p.value32(message.at(4)));
      p.call('resize the terminal', 'ioctl', [terminal, TIOCSWINSZ, size], { onError: 'ignore' });
    });
    when(messageType.signal, () => {
      p.call('send a signal', 'kill', [child, p.value32(message.at(4))], { onError: 'ignore' });
    });
    when(messageType.closeStdin, () => {
      input.askToClose();
    });
    p.place(done);
  }
}
