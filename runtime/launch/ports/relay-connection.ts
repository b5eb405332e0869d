import { F_SETFL, O_NONBLOCK } from '../../syscall/constants/fs.ts';
import {
  IPPROTO_TCP,
  SHUT_WR,
  SO_KEEPALIVE,
  SO_LINGER,
  SOCKADDR_IN6_SIZE,
  TCP_NODELAY,
} from '../../syscall/constants/inet.ts';
import {
  MSG_NOSIGNAL,
  POLLIN,
  POLLOUT,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../syscall/constants/io.ts';
import { PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { PollSet, type PollSlot } from '../monitor/poll-set.ts';

/** Bytes that are under way in one direction. */
const bufferSize = 64 * 1024;

/** What a connection is between. */
interface Connection {
  /** Accepted, and non-blocking. */
  readonly client: Ref;
  /** Absolute address of the struct sockaddr of the container's port. */
  readonly target: Ref;
}

/**
 * The steps of the process of one connection: it connects to the container, moves bytes both ways, and ends when both sides have
 * ended theirs. A side that is reset, or cannot be reached, is the end of the other in the same way.
 */
export function relayConnection(p: ProgramBuilder, { client, target }: Connection): void {
  const broken = p.label();
  p.call('end with the relay', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const family = p.load(8, target);
  const server = p.value(p.reserve(8));
  p.set(server, -1);
  const flags = SOCK_STREAM | SOCK_CLOEXEC;
  p.set(
    server,
    p.call('make a socket', 'socket', [family, flags, IPPROTO_TCP], { onError: broken }),
  );
  p.call('connect', 'connect', [server, target, SOCKADDR_IN6_SIZE], { onError: broken });
  p.call('do not wait', 'fcntl', [server, F_SETFL, O_NONBLOCK], { onError: broken });
  const one = p.bytes(Buffer.from(Int32Array.of(1).buffer));
  for (const socket of [client, server]) {
    const set = (level: number, option: number): void => {
      const args = [socket, level, option, one, 4];
      p.call('set an option', 'setsockopt', args, { onError: 'ignore' });
    };
    // Who is gone without a word is found out in the end.
    set(SOL_SOCKET, SO_KEEPALIVE);
    set(IPPROTO_TCP, TCP_NODELAY);
  }

  const polled = new PollSet(p, 4);
  const ways = [
    new OneWay(p, { polled, from: client, to: server, broken }),
    new OneWay(p, { polled, from: server, to: client, broken }),
  ] as const;
  const [loop, go] = [p.label(), p.label()];
  p.place(loop);
  for (const way of ways) way.settle();
  p.jumpIf('eq', p.compute('and', ways[0].ended, ways[1].ended), 0, go);
  p.exit(0);
  p.place(go);
  polled.wait();
  for (const way of ways) way.move();
  p.jump(loop);

  p.place(broken);
  // struct linger: on, no time. What ends now ends with a reset.
  const linger = p.bytes(Buffer.from(Int32Array.of(1, 0).buffer));
  for (const socket of [client, server]) {
    const args = [socket, SOL_SOCKET, SO_LINGER, linger, 8];
    p.call('reset', 'setsockopt', args, { onError: 'ignore' });
  }
  p.exit(1);
}

/** One direction. Nothing is read while bytes wait for the other side to take them. */
class OneWay {
  /** 1 once the side that sends has ended, and all is passed on. */
  readonly ended: Ref;
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #from: Ref;
  readonly #to: Ref;
  readonly #broken: Label;
  readonly #buffer: Address;
  readonly #waiting: Ref;
  readonly #written: Ref;
  readonly #source: PollSlot;
  readonly #sink: PollSlot;

  constructor(
    p: ProgramBuilder,
    {
      polled,
      from,
      to,
      broken,
    }: {
      readonly polled: PollSet;
      readonly from: Ref;
      readonly to: Ref;
      readonly broken: Label;
    },
  ) {
    this.#p = p;
    this.#polled = polled;
    this.#from = from;
    this.#to = to;
    this.#broken = broken;
    this.#buffer = p.reservePages(bufferSize);
    [this.ended, this.#waiting] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
    this.#written = p.value(p.reserve(8));
    this.#source = polled.add(-1, POLLIN);
    this.#sink = polled.add(-1, POLLOUT);
  }

  /** Decides what is waited for. */
  settle(): void {
    const p = this.#p;
    const [write, done] = [p.label(), p.label()];
    this.#polled.assign(this.#source, -1);
    this.#polled.assign(this.#sink, -1);
    p.jumpIf('ne', this.ended, 0, done);
    p.jumpIf('ne', this.#waiting, 0, write);
    this.#polled.assign(this.#source, this.#from);
    p.jump(done);
    p.place(write);
    this.#polled.assign(this.#sink, this.#to);
    p.place(done);
  }

  /** Moves what can be moved. */
  move(): void {
    const p = this.#p;
    const [noBytes, end, done] = [p.label(), p.label(), p.label()];
    this.#polled.skipUnlessReady(this.#source, noBytes);
    const args = [this.#from, this.#buffer, bufferSize];
    const count = p.call('read', 'read', args, { onError: 'ignore' });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), done);
    p.jumpIf('eq', count, 0, end);
    p.jumpIf('lt', count, 0, this.#broken);
    p.set(this.#waiting, count);
    p.set(this.#written, 0);
    p.place(noBytes);
    p.jumpIf('eq', this.#waiting, 0, done);
    this.#write(done);
    p.jump(done);
    p.place(end);
    p.set(this.ended, 1);
    p.call('pass the end on', 'shutdown', [this.#to, SHUT_WR], { onError: 'ignore' });
    p.place(done);
  }

  #write(done: Label): void {
    const p = this.#p;
    const from = p.compute('add', this.#buffer, this.#written);
    const args = [this.#to, from, this.#waiting, MSG_NOSIGNAL, 0, 0];
    const count = p.call('write', 'sendto', args, { onError: 'ignore' });
    p.jumpIf('eq', count, -errnoNumber('EAGAIN'), done);
    p.jumpIf('lt', count, 0, this.#broken);
    p.set(this.#written, p.compute('add', this.#written, count));
    p.set(this.#waiting, p.compute('sub', this.#waiting, count));
  }
}
