import { SOCK_CLOEXEC } from '../../syscall/constants/io.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import { maxReplySize, type ProgramBuilder } from '../../syscall/program-builder.ts';
import {
  AF_NETLINK,
  IFF_RUNNING,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLMSG_DONE,
  NLMSG_ERROR,
} from './constants.ts';
import { encodeRequest, messageHead, type NetlinkRequest } from './message.ts';

const SOCK_RAW = 3;
/** The kernel gives a list in pieces of at most 32 KiB (net/netlink/af_netlink.c, netlink_dump). */
const bufferSize = 32 * 1024;
/** struct nlmsgerr begins with the negative errno, 0 for none. */
const errorAt = messageHead.size;
/** struct ifinfomsg: its interface's index, behind the message's head. */
const indexAt = messageHead.size + 4;
/** The same: its flags. */
const flagsAt = messageHead.size + 8;
/** How often, and after how many nanoseconds, an interface is looked at again that does not run yet. */
const looks = { most: 100, pauseNs: 500_000 } as const;

if (bufferSize > maxReplySize) throw new TypeError('a piece of a list does not fit into a reply');

/** 32 bits of a request that are known only when the program runs. */
export interface Blank {
  /** Where, from the beginning of the message. */
  readonly at: number;
  readonly value: Ref;
}

/**
 * A socket of netlink(7) in a program, most often of rtnetlink(7). It belongs to the network namespace in which the program opened it, wherever the
 * program goes afterwards. The kernel has carried a request out when its step is over.
 */
export class NetlinkSocket {
  readonly #p: ProgramBuilder;
  readonly #fd: Ref;
  readonly #buffer: Address;

  private constructor(p: ProgramBuilder, fd: Ref) {
    this.#p = p;
    this.#fd = fd;
    this.#buffer = p.reservePages(bufferSize);
  }

  /** Adds the step that opens it, in the namespace that the program is in; for the requests of which family (netlink(7)). */
  static open(p: ProgramBuilder, family = NETLINK_ROUTE): NetlinkSocket {
    const type = SOCK_RAW | SOCK_CLOEXEC;
    const args = [AF_NETLINK, type, family];
    return new NetlinkSocket(p, p.call('open a netlink socket', 'socket', args));
  }

  /** Has the kernel do something; the program fails with its errno when it does not, unless that is among `unless`. */
  do(
    request: NetlinkRequest,
    {
      blanks = [],
      unless = [],
    }: { readonly blanks?: readonly Blank[]; readonly unless?: readonly number[] } = {},
  ): void {
    const p = this.#p;
    const done = p.label();
    this.#send({ ...request, flags: request.flags | NLM_F_ACK }, blanks);
    this.#receive(request.label);
    const error = p.load(32, this.#buffer.at(errorAt));
    for (const errno of [0, ...unless]) p.jumpIf('eq', error, 0 - errno, done);
    p.fail(request.label, p.compute('sub', 0, error));
    p.place(done);
  }

  /**
   * Sends several requests in one message, of which the kernel answers the first that it refuses, or one that asks for an answer
   * (NLM_F_ACK): a transaction of nfnetlink. The program fails with the errno of that answer.
   */
  doTogether(label: string, requests: readonly NetlinkRequest[]): void {
    const p = this.#p;
    const bytes = Buffer.concat(requests.map(encodeRequest));
    p.call(label, 'sendto', [this.#fd, p.bytes(bytes), bytes.length, 0, 0, 0]);
    this.#receive(label);
    this.#failOnError(label, this.#buffer);
  }

  /** Asks for one interface: gives its index. The request is one of RTM_GETLINK. */
  indexOf(request: NetlinkRequest): Ref {
    const p = this.#p;
    this.#ask(request);
    const index = p.value(p.reserve(8));
    p.set(index, p.load(32, this.#buffer.at(indexAt)));
    return index;
  }

  /** Adds steps that run only if there is an interface, whose index they get. The request is one of RTM_GETLINK. */
  ifThere(request: NetlinkRequest, addSteps: (index: Ref) => void): void {
    const p = this.#p;
    const none = p.label();
    this.#ask(request, none);
    const index = p.value(p.reserve(8));
    p.set(index, p.load(32, this.#buffer.at(indexAt)));
    addSteps(index);
    p.place(none);
  }

  /**
   * Waits until an interface carries packets, 50 milliseconds at most. The kernel takes note of a cable's other end in its own
   * time (net/core/link_watch.c), and only then does a bridge let packets through that port; since 6.8 it does so when it is asked.
   * The request is one of RTM_GETLINK.
   */
  awaitRunning(request: NetlinkRequest): void {
    const p = this.#p;
    const [again, done] = [p.label(), p.label()];
    const left = p.value(p.reserve(8));
    // struct timespec.
    const pause = p.bytes(new Uint8Array(BigInt64Array.of(0n, BigInt(looks.pauseNs)).buffer));
    p.set(left, looks.most);
    p.place(again);
    this.#ask(request);
    const flags = p.load(32, this.#buffer.at(flagsAt));
    p.jumpIf('ne', p.compute('and', flags, IFF_RUNNING), 0, done);
    p.jumpIf('eq', left, 0, done);
    p.set(left, p.compute('sub', left, 1));
    p.call(request.label, 'nanosleep', [pause, 0]);
    p.jump(again);
    p.place(done);
  }

  /** Asks for one thing, and replies the message that says it. */
  reply(request: NetlinkRequest): void {
    const p = this.#p;
    this.#send(request, []);
    const length = this.#receive(request.label);
    this.#failOnError(request.label, this.#buffer);
    p.reply(this.#buffer, length);
  }

  /** Has the kernel list something, and replies what it sends: `decodeMessages` reads that. */
  list(request: NetlinkRequest): void {
    const p = this.#p;
    const [more, next, done] = [p.label(), p.label(), p.label()];
    const cursor = p.value(p.reserve(8));
    this.#send(request, []);
    p.place(more);
    const length = this.#receive(request.label);
    p.reply(this.#buffer, length);
    const end = p.compute('add', this.#buffer, length);
    p.set(cursor, this.#buffer);
    p.place(next);
    p.jumpIf('ge', cursor, end, more);
    this.#failOnError(request.label, cursor);
    p.jumpIf('eq', this.#typeAt(cursor), NLMSG_DONE, done);
    const size = p.load(32, cursor);
    p.set(cursor, p.compute('add', cursor, p.compute('and', p.compute('add', size, 3), ~3)));
    p.jump(next);
    p.place(done);
  }

  /** @param ifNone where it goes on when there is no such interface; absent: the program fails */
  #ask(request: NetlinkRequest, ifNone?: Label): void {
    const p = this.#p;
    this.#send(request, []);
    this.#receive(request.label);
    if (ifNone !== undefined) {
      const isThere = p.label();
      p.jumpIf('ne', this.#typeAt(this.#buffer), NLMSG_ERROR, isThere);
      p.jumpIf('eq', p.load(32, this.#buffer.at(errorAt)), -errnoNumber('ENODEV'), ifNone);
      p.place(isThere);
    }
    this.#failOnError(request.label, this.#buffer);
  }

  #send(request: NetlinkRequest, blanks: readonly Blank[]): void {
    const p = this.#p;
    const bytes = encodeRequest(request);
    const message = p.bytes(bytes);
    for (const { at, value } of blanks) p.store(32, message.at(at), value);
    p.call(request.label, 'sendto', [this.#fd, message, bytes.length, 0, 0, 0]);
  }

  #receive(label: string): Ref {
    return this.#p.call(label, 'recvfrom', [this.#fd, this.#buffer, bufferSize, 0, 0, 0]);
  }

  /** Fails when the message at an address says what went wrong, which it does without having been asked for an answer. */
  #failOnError(label: string, message: Address | Ref): void {
    const p = this.#p;
    const fine = p.label();
    p.jumpIf('ne', this.#typeAt(message), NLMSG_ERROR, fine);
    const error = p.load(32, p.compute('add', message, errorAt));
    p.jumpIf('eq', error, 0, fine);
    p.fail(label, p.compute('sub', 0, error));
    p.place(fine);
  }

  #typeAt(message: Address | Ref): Ref {
    const p = this.#p;
    return p.compute('and', p.load(32, p.compute('add', message, messageHead.type)), 0xffff);
  }
}
