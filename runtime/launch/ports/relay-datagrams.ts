import {
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDP,
  IPV6_RECVPKTINFO,
  SOCKADDR_IN6_SIZE,
} from '../../syscall/constants/inet.ts';
import {
  CLOCK_MONOTONIC,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  POLLIN,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
} from '../../syscall/constants/io.ts';
import type { Address, Label, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { PollSet, type PollSlot } from '../monitor/poll-set.ts';
import type { RelayedSocket, RelayTargets } from './relay-targets.ts';

/** Clients whose answers are waited for at the same time; a further one takes the place of who has been silent for longest. */
const maxClients = 256;

/** For so long a client that is silent is remembered, as by Docker's proxy. */
const patienceSeconds = 90;
/** How often is looked for those. */
const sweepSeconds = 30;

/** The largest datagram. */
const bufferSize = 64 * 1024;

/** What is known of a client, all of 64 bits but the address and the control message. */
const client = {
  /** The socket that it has sent to. */
  listener: 0,
  /** When it was heard of last, in seconds of CLOCK_MONOTONIC. */
  heard: 8,
  /** Its struct sockaddr, in 32 bytes. */
  name: 16,
  nameSize: 48,
  /** The control message with the address that it has sent to, so that the answer comes from there. */
  controlSize: 56,
  control: 64,
  /** Of the relay's table when its socket was made: in another one the container may be elsewhere. */
  generation: 128,
  size: 136,
} as const;
const nameWords = [0, 8, 16, 24] as const;
const controlBytes = client.generation - client.control;

/** struct msghdr: offsets, on 64-bit architectures. */
const message = {
  name: 0,
  nameSize: 8,
  vector: 16,
  vectorCount: 24,
  control: 32,
  controlSize: 40,
  flags: 48,
  size: 56,
} as const;

/** Asks for the address that each datagram was sent to (ip(7), ipv6(7)): what the relay answers from. */
export function askForDestination(family: 4 | 6): readonly [level: number, option: number] {
  return family === 4 ? [IPPROTO_IP, IP_PKTINFO] : [IPPROTO_IPV6, IPV6_RECVPKTINFO];
}

/**
 * The steps of the relay for UDP: one process for all clients. Each has a socket of its own to the container, so that answers find
 * the way back, until nothing was heard of it for a while.
 */
export function relayDatagrams(
  p: ProgramBuilder,
  relayed: readonly RelayedSocket[],
  targets: RelayTargets,
): void {
  const polled = new PollSet(p, relayed.length + maxClients);
  const listeners = relayed.map(({ socket }) => polled.add(socket, POLLIN));
  const slots = Array.from({ length: maxClients }, () => polled.add(-1, POLLIN));
  const relay = new Datagrams(p, { polled, slots });
  const timeout = p.bytes(Buffer.from(BigInt64Array.of(BigInt(sweepSeconds), 0n).buffer));
  const loop = p.label();
  p.place(loop);
  polled.wait(timeout);
  relay.lookAtClock();
  polled.forEach(listeners, (slot, next) => {
    polled.skipUnlessReady(slot, next);
    const target = targets.at(slot, listeners[0]);
    relay.pass(slot.fd, { target, generation: targets.generation() }, next);
  });
  polled.forEach(slots, (slot, next) => {
    polled.skipUnlessReady(slot, next);
    relay.answer(slot, next);
  });
  relay.sweep();
  p.jump(loop);
}

/** Where the datagrams of a listener go. */
interface Destination {
  /** Absolute address of the struct sockaddr. */
  readonly target: Ref;
  readonly generation: Ref;
}

/** The clients and what is done for them. */
class Datagrams {
  readonly #p: ProgramBuilder;
  readonly #polled: PollSet;
  readonly #slots: readonly PollSlot[];
  readonly #table: Address;
  readonly #buffer: Address;
  readonly #header: Address;
  readonly #vector: Address;
  readonly #name: Address;
  readonly #control: Address;
  readonly #clock: Address;
  readonly #swept: Ref;

  constructor(
    p: ProgramBuilder,
    { polled, slots }: { readonly polled: PollSet; readonly slots: readonly PollSlot[] },
  ) {
    this.#p = p;
    this.#polled = polled;
    this.#slots = slots;
    this.#table = p.reservePages(maxClients * client.size);
    this.#buffer = p.reservePages(bufferSize);
    [this.#name, this.#control] = [p.reserve(32), p.reserve(controlBytes)];
    this.#vector = p.bytes(new Uint8Array(16));
    p.pointer(this.#vector, this.#buffer);
    this.#header = p.bytes(new Uint8Array(message.size));
    p.pointer(this.#header.at(message.vector), this.#vector);
    p.set(this.#header.at(message.vectorCount), 1);
    this.#clock = p.reserve(16);
    this.#swept = p.value(p.reserve(8));
  }

  lookAtClock(): void {
    this.#p.call('look at the clock', 'clock_gettime', [CLOCK_MONOTONIC, this.#clock]);
  }

  /** Passes a datagram that has come to a listener on to the container. */
  pass(listener: Ref, { target, generation }: Destination, next: Label): void {
    const p = this.#p;
    for (const word of nameWords) p.set(this.#name.at(word), 0);
    this.#point(this.#name, SOCKADDR_IN6_SIZE, { at: this.#control, size: controlBytes });
    p.set(this.#vector.at(8), bufferSize);
    const received = [listener, this.#header, MSG_DONTWAIT];
    const length = p.call('receive', 'recvmsg', received, { onError: next });
    const [slot, entry] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
    const known = p.label();
    this.#find(listener, { slot, entry, generation, known });
    this.#enter(listener, { slot, entry, target, generation, next });
    p.place(known);
    this.#store(entry, client.heard, p.value(this.#clock));
    this.#store(entry, client.nameSize, p.value32(this.#header.at(message.nameSize)));
    this.#store(entry, client.controlSize, p.value(this.#header.at(message.controlSize)));
    const control = p.compute('add', entry, client.control);
    p.copy({ from: this.#control, to: control, length: controlBytes });
    const sent = [p.load(32, slot), this.#buffer, length, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0];
    p.call('pass on', 'sendto', sent, { onError: 'ignore' });
  }

  /** Passes an answer of the container on to its client. */
  answer(slot: PollSlot, next: Label): void {
    const p = this.#p;
    const entry = this.#entryOf(slot.address);
    const args = [slot.fd, this.#buffer, bufferSize, MSG_DONTWAIT, 0, 0];
    // That nobody listens in the container (ECONNREFUSED) is no news for the next datagram.
    const length = p.call('receive an answer', 'recvfrom', args, { onError: next });
    this.#store(entry, client.heard, p.value(this.#clock));
    p.set(this.#vector.at(8), length);
    this.#point(p.compute('add', entry, client.name), this.#load(entry, client.nameSize), {
      at: p.compute('add', entry, client.control),
      size: this.#load(entry, client.controlSize),
    });
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    const sent = [this.#load(entry, client.listener), this.#header, flags];
    p.call('answer', 'sendmsg', sent, { onError: 'ignore' });
  }

  /** Forgets the clients that nothing was heard of. */
  sweep(): void {
    const p = this.#p;
    const [now, done] = [p.value(this.#clock), p.label()];
    p.jumpIf('lt', p.compute('sub', now, this.#swept), sweepSeconds, done);
    p.set(this.#swept, now);
    const oldest = p.compute('sub', now, patienceSeconds);
    this.#polled.forEach(this.#slots, (slot, next) => {
      p.jumpIf('lt', slot.fd, 0, next);
      p.jumpIf('lt', oldest, this.#load(this.#entryOf(slot.address), client.heard), next);
      p.call('forget a client', 'close', [slot.fd], { onError: 'ignore' });
      this.#polled.assign(slot, -1);
    });
    p.place(done);
  }

  /** Goes on at `known` with the slot of who has sent the datagram; else behind, with the one to take: free, or silent for longest. */
  #find(
    listener: Ref,
    {
      slot,
      entry,
      generation,
      known,
    }: {
      readonly slot: Ref;
      readonly entry: Ref;
      readonly generation: Ref;
      readonly known: Label;
    },
  ): void {
    const p = this.#p;
    const [free, heard] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
    p.set(heard, Number.MAX_SAFE_INTEGER);
    this.#polled.forEach(this.#slots, (other, next) => {
      const [inUse, older] = [p.label(), p.label()];
      p.set(slot, other.address);
      p.set(entry, this.#entryOf(other.address));
      p.jumpIf('ge', other.fd, 0, inUse);
      p.set(free, slot);
      p.set(heard, -1);
      p.jump(next);
      p.place(inUse);
      const since = this.#load(entry, client.heard);
      p.jumpIf('ge', since, heard, older);
      p.set(free, slot);
      p.set(heard, since);
      p.place(older);
      p.jumpIf('ne', this.#load(entry, client.listener), listener, next);
      p.jumpIf('ne', this.#load(entry, client.generation), generation, next);
      for (const word of nameWords)
        p.jumpIf('ne', this.#load(entry, client.name + word), p.value(this.#name.at(word)), next);
      p.jump(known);
    });
    p.set(slot, free);
    p.set(entry, this.#entryOf(free));
  }

  /** Makes an entry for a client, with a socket to the container. */
  #enter(
    listener: Ref,
    {
      slot,
      entry,
      target,
      generation,
      next,
    }: Destination & { readonly slot: Ref; readonly entry: Ref; readonly next: Label },
  ): void {
    const p = this.#p;
    const [unused, connected] = [p.label(), p.label()];
    const before = p.load(32, slot);
    p.jumpIf('lt', before, 0, unused);
    p.call('forget a client', 'close', [before], { onError: 'ignore' });
    p.store(32, slot, -1);
    p.place(unused);
    const flags = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const socket = p.call('make a socket', 'socket', [p.load(8, target), flags, IPPROTO_UDP], {
      onError: next,
    });
    const args = [socket, target, SOCKADDR_IN6_SIZE];
    const result = p.call('connect', 'connect', args, { onError: 'ignore' });
    p.jumpIf('eq', result, 0, connected);
    p.call('give up', 'close', [socket], { onError: 'ignore' });
    p.jump(next);
    p.place(connected);
    p.store(32, slot, socket);
    this.#store(entry, client.listener, listener);
    this.#store(entry, client.generation, generation);
    for (const word of nameWords)
      this.#store(entry, client.name + word, p.value(this.#name.at(word)));
  }

  /** Whom the message is from or to, and its control message. */
  #point(
    name: Value,
    nameSize: Value,
    control: { readonly at: Value; readonly size: Value },
  ): void {
    const p = this.#p;
    p.set(this.#header.at(message.name), name);
    p.store(32, this.#header.at(message.nameSize), nameSize);
    p.set(this.#header.at(message.control), control.at);
    p.set(this.#header.at(message.controlSize), control.size);
    p.set(this.#header.at(message.flags), 0);
  }

  #entryOf(slot: Value): Ref {
    const p = this.#p;
    const [first] = this.#slots;
    if (!first) throw new TypeError('there are no places for clients');
    const index = p.compute('div', p.compute('sub', slot, first.address), 8);
    return p.compute('add', this.#table, p.compute('mul', index, client.size));
  }

  #load(entry: Ref, offset: number): Ref {
    return this.#p.load(64, this.#p.compute('add', entry, offset));
  }

  #store(entry: Ref, offset: number, value: Value): void {
    this.#p.store(64, this.#p.compute('add', entry, offset), value);
  }
}
