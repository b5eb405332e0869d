import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_PATH,
} from '../../syscall/constants/fs.ts';
import type { Address, Label, Ref } from '../../syscall/program.ts';
import { Subroutine } from '../../syscall/subroutine.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';
import { send } from '../../syscall/tree/tree-pipes.ts';
import type { TreeServer } from '../../syscall/tree/tree-pipes.ts';
import { answerSize } from '../../syscall/tree/tree-protocol.ts';
import { Destinations } from '../mounts/destinations.ts';
import { destinationDescriptor, spareDescriptor } from '../mounts/host-descriptors.ts';

/** The item at hand, relative to the current folder, which is the host's procfs. */
export const itemPath = `self/fd/${spareDescriptor}`;

/** What of a request the program knows by its place. */
interface RequestParts {
  readonly folder: Ref;
  readonly name: Ref;
  readonly rest: Ref;
  readonly restBytes: Ref;
  readonly first: Ref;
  readonly second: Ref;
  readonly times: Address;
}

/**
 * What the parts of a program that serves a container's files work with. The root of the process is the container's, and
 * its current folder the host's procfs, by which what is open can be named.
 *
 * The folder of a request is resolved by openat2(2) or name by name, within the root and through no link of procfs
 * (`Destinations`); what is done then is done with the descriptor. So a container that swaps a folder for a link meanwhile
 * changes what of its own files is meant, and nothing else (CVE-2018-15664).
 */
export class FilesServer implements TreeServer {
  readonly p: TreeServer['p'];
  readonly requests: Ref;
  readonly answers: Ref;
  readonly request: Address;
  readonly path: Ref;
  readonly data: Address;
  readonly end: Label;
  readonly parts: RequestParts;
  /** Sends `result` as the answer. */
  readonly reply: Label;
  readonly result: Ref;
  readonly status: Address;
  /** The file that is written to. */
  readonly file: Ref;
  readonly #destinations: Destinations;
  readonly #item: Subroutine;

  constructor(server: TreeServer, parts: RequestParts) {
    const { p } = server;
    this.p = p;
    [this.requests, this.answers] = [server.requests, server.answers];
    [this.request, this.path] = [server.request, server.path];
    [this.data, this.end] = [server.data, server.end];
    this.parts = parts;
    this.reply = p.label();
    this.status = p.reserve(statSize);
    [this.result, this.file] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
    this.#destinations = new Destinations(p);
    this.#item = new Subroutine(p);
  }

  /** Opens the folder of the request, or another one, as `destinationDescriptor`; else `result` says why not. */
  openFolder(failed: Label, folder: Ref = this.parts.folder): void {
    const { p } = this;
    this.#destinations.lookUp(folder);
    p.set(this.result, p.compute('sub', 0, this.#destinations.errno));
    p.jumpIf('ne', this.result, 0, failed);
  }

  /** Opens what the request is about as `spareDescriptor` (O_PATH), and looks at it: `status`. */
  openItem(failed: Label): void {
    this.#item.call();
    this.p.jumpIf('lt', this.result, 0, failed);
  }

  /** Type and permission bits of the item. */
  mode(): Ref {
    const { p } = this;
    return p.load(32, p.compute('add', this.status, statMode));
  }

  /** Makes a call whose result is the answer. */
  answerWith(label: string, call: string, args: Parameters<TreeServer['p']['call']>[2]): void {
    const { p } = this;
    p.set(this.result, p.call(label, call, args, { onError: 'ignore' }));
    p.jump(this.reply);
  }

  /** Adds the steps that all have in common. */
  finish(): void {
    this.#item.finish(() => {
      this.#itemSteps();
    });
    this.#destinations.finish();
  }

  /** Sends an answer that is a result and nothing else. */
  sendResult(): void {
    const { p } = this;
    const answer = p.reserve(answerSize);
    p.set(answer, this.result);
    send(this, [answer, answerSize]);
  }

  #itemSteps(): void {
    const { p } = this;
    const done = p.label();
    this.openFolder(done);
    const flags = O_NOFOLLOW.or(O_PATH | O_CLOEXEC);
    const args = [destinationDescriptor, this.parts.name, flags, 0];
    const fd = p.call('open an item', 'openat', args, { onError: 'ignore' });
    p.set(this.result, fd);
    p.jumpIf('lt', fd, 0, done);
    p.call('hold an item', 'dup3', [fd, spareDescriptor, O_CLOEXEC]);
    p.call('hold an item', 'close', [fd]);
    const look = [spareDescriptor, p.string(''), this.status, AT_EMPTY_PATH];
    p.set(this.result, p.call('look at an item', 'newfstatat', look, { onError: 'ignore' }));
    p.place(done);
  }

  /** The item's name in the host's procfs: for calls that take nothing but paths. */
  get itemPath(): Address {
    return this.p.string(itemPath);
  }
}

/** Where `itemPath` is relative to. */
export const itemFolder = AT_FDCWD;
