import { currentArchitecture } from '../syscall/architecture.ts';
import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_WRONLY,
} from '../syscall/constants/fs.ts';
import { errnoNumber } from '../syscall/errno.ts';
import { ImageAddress } from '../syscall/program-image.ts';
import type { ImageValue, ProgramImage } from '../syscall/program-image.ts';
import type { Timestamp } from '../tar/pax-records.ts';
import { deviceNumber, writeTimespecs } from './attributes.ts';
import type { Attributes, NodeKind } from './attributes.ts';
import { ImageSlots } from './image-slots.ts';
import type { RunSlot } from './image-slots.ts';

/** A path of the kernel's has no more, its NUL included (path_resolution(7), PATH_MAX). */
const pathRoom = 4096;
/** Steps of one operation, at most. */
const stepRoom = 32;

const createFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
const setIdBits = 0o6000;
const noSpace = errnoNumber('ENOSPC');
const notSupported = errnoNumber('EOPNOTSUPP');

/** A piece of a file's content. */
export interface ContentPiece {
  /** Where it is in the chunk of `beginChunk`. */
  readonly start: number;
  readonly end: number;
  /** Where in the file it belongs. */
  readonly fileOffset: number;
}

/**
 * Changes below one folder, collected into syscall programs of about a thousand small files each. It is also the only
 * way to device nodes, extended attributes and nanoseconds. A file costs four calls: open with its final mode, write,
 * set the times, close.
 *
 * The programs run in a chroot of the folder, so that nothing in a layer can reach outside it even if the checks before
 * were wrong. Paths are byte strings (latin1) relative to the folder. Before each operation, `room` has to be awaited.
 */
export class FilesystemBatch {
  readonly #slots: ImageSlots;
  readonly #image: ProgramImage;
  readonly #fd: ImageValue;
  readonly #result: ImageValue;
  readonly #reopenFlags = O_NOFOLLOW.or(O_WRONLY | O_CLOEXEC).numbers[currentArchitecture()];
  readonly #timeBytes = Buffer.alloc(32);
  #times: ImageAddress | undefined;
  #timesOf: Timestamp = { seconds: Number.NaN, nanoseconds: 0 };
  /** The file that is being written, and whether the program under way has it open. */
  #file: string | undefined;
  #isOpen = false;
  /** The chunk that is taken apart, and where in the window its bytes from `from` on are, if they are there. */
  #chunk: Uint8Array = new Uint8Array(0);
  #chunkPlace: { readonly at: number; readonly from: number } | undefined;

  constructor(scratchFd: number, run: RunSlot) {
    this.#slots = new ImageSlots(scratchFd, run);
    this.#image = this.#slots.image;
    this.#fd = this.#image.result(0);
    this.#result = this.#image.result(1);
  }

  /** Makes room for one operation, `dataBytes` beyond its paths included; undefined when there is some already. */
  room(dataBytes = 0): Promise<void> | undefined {
    return this.#image.hasRoom(stepRoom, 2 * pathRoom + dataBytes) ? undefined : this.submit();
  }

  /** Says where the pieces of content are that come next. It must stay as it is until the next call. */
  async beginChunk(chunk: Uint8Array): Promise<void> {
    if (!this.#slots.hasWindow(chunk.byteLength)) await this.submit();
    this.#chunk = chunk;
    this.#chunkPlace = undefined;
  }

  /** What the folder has from its file system's root or from its parent must not go on to what is made in it. */
  prepareRoot(): void {
    const root = this.#path('.');
    this.#image.call('fchownat', [AT_FDCWD, root, 0, 0, 0]);
    this.#image.call('fchmodat', [AT_FDCWD, root, 0o700]);
    const acl = this.#image.string('system.posix_acl_default');
    this.#image.call('lremovexattr', [root, acl], { onError: 'next' });
  }

  directory(path: string, mode: number): void {
    this.#slots.mark(path);
    // setgid would go on to what is made in it.
    this.#image.call('mkdirat', [AT_FDCWD, this.#path(path), mode & ~setIdBits]);
  }

  symlink(path: string, target: string): void {
    this.#slots.mark(path);
    this.#image.call('symlinkat', [this.#path(target), AT_FDCWD, this.#path(path)]);
  }

  hardLink(path: string, target: string): void {
    this.#slots.mark(path);
    const paths = [AT_FDCWD, this.#path(target), AT_FDCWD, this.#path(path)] as const;
    this.#image.call('linkat', [...paths, 0]);
  }

  node(path: string, kind: NodeKind): void {
    this.#slots.mark(path);
    const args = [AT_FDCWD, this.#path(path), kind.type | 0o600, deviceNumber(kind)];
    this.#image.call('mknodat', args);
  }

  /** Begins a file; `content`, `truncate` and `endFile` are for it. */
  beginFile(path: string, mode: number): void {
    this.#slots.mark(path);
    const args = [AT_FDCWD, this.#path(path), createFlags, mode];
    this.#image.call('openat', args, { result: this.#fd });
    this.#file = path;
    this.#isOpen = true;
  }

  content({ start, end, fileOffset }: ContentPiece): void {
    this.#reopen();
    const length = end - start;
    const args = [this.#fd, this.#placeOf(start), length, fileOffset];
    this.#image.call('pwrite64', args, { result: this.#result });
    this.#image.skipIfEqual(this.#result, length, 1);
    // Files of a local file system are written short only when there is no room for the rest.
    this.#image.fail(noSpace);
  }

  /** Sets the file's size: what was not written is a hole. */
  truncate(sizeBytes: number): void {
    this.#reopen();
    this.#image.call('ftruncate', [this.#fd, sizeBytes]);
  }

  /** Gives the file its owner. Extended attributes come after it: chown(2) and write(2) take capabilities away. */
  ownFile({ mode, uid, gid }: Attributes): void {
    this.#reopen();
    if (uid !== 0 || gid !== 0) this.#image.call('fchown', [this.#fd, uid, gid]);
    // chown(2) clears setuid bits.
    if ((mode & setIdBits) !== 0) this.#image.call('fchmod', [this.#fd, mode]);
  }

  /** Gives the file its time and closes it. */
  endFile(mtime: Timestamp): void {
    this.#reopen();
    this.#image.call('utimensat', [this.#fd, 0, this.#timespecs(mtime), 0]);
    this.#image.call('close', [this.#fd]);
    this.#file = undefined;
    this.#isOpen = false;
  }

  /** Sets owner, permissions and time of what is no file, in the one order that works. */
  attributes(path: string, { mode, uid, gid, mtime }: Attributes, kind: 'symlink' | 'other'): void {
    this.#slots.mark(path);
    const address = this.#path(path);
    if (uid !== 0 || gid !== 0)
      this.#image.call('fchownat', [AT_FDCWD, address, uid, gid, AT_SYMLINK_NOFOLLOW]);
    // A symbolic link has no permissions of its own.
    if (kind === 'other') this.#image.call('fchmodat', [AT_FDCWD, address, mode]);
    const times = this.#timespecs(mtime);
    this.#image.call('utimensat', [AT_FDCWD, address, times, AT_SYMLINK_NOFOLLOW]);
  }

  /**
   * Sets an extended attribute.
   *
   * @param need `wanted`: a file system that has none of its class is no reason to refuse the layer.
   */
  xattr(
    path: string,
    attribute: { readonly name: string; readonly value: Uint8Array },
    need: 'wanted' | 'needed',
  ): void {
    const { name, value } = attribute;
    this.#slots.mark(path);
    const image = this.#image;
    const args = [
      this.#path(path),
      image.string(Buffer.from(name).toString('latin1')),
      image.bytes(value),
      value.byteLength,
      0,
    ];
    if (need === 'needed') {
      image.call('lsetxattr', args);
      return;
    }
    // Tried once for what is no error here, and once more to fail with what is one.
    image.call('lsetxattr', args, { result: this.#result, onError: 'next' });
    image.skipIfEqual(this.#result, 0, 2);
    image.skipIfEqual(this.#result, -notSupported, 1);
    image.call('lsetxattr', args);
  }

  /** Starts to run what was collected, once what is under way has ended. @throws SYSCALL_FAILED, of that */
  submit(): Promise<void> {
    if (this.#isOpen) this.#image.call('close', [this.#fd]);
    this.#isOpen = false;
    this.#times = undefined;
    this.#chunkPlace = undefined;
    return this.#slots.submit();
  }

  /** Runs all that was collected to its end. @throws SYSCALL_FAILED and the other codes of `Launcher.run` */
  async finish(): Promise<void> {
    await this.submit();
    await this.#slots.finish();
  }

  /** Resolves when nothing runs any more, whatever came of it: only then can the folder be removed. */
  settled(): Promise<void> {
    return this.#slots.settled();
  }

  /** A file that goes on in a further program. */
  #reopen(): void {
    if (this.#isOpen || this.#file === undefined) return;
    this.#slots.mark(this.#file);
    const args = [AT_FDCWD, this.#path(this.#file), this.#reopenFlags, 0];
    this.#image.call('openat', args, { result: this.#fd });
    this.#isOpen = true;
  }

  /** A chunk goes to the window when its first piece is asked for, and once more when a new program begins amid it. */
  #placeOf(start: number): ImageAddress {
    const chunk = this.#chunk.subarray(start);
    this.#chunkPlace ??= { at: this.#slots.addToWindow(chunk), from: start };
    return new ImageAddress(this.#chunkPlace.at + start - this.#chunkPlace.from);
  }

  #path(path: string): ImageAddress {
    return this.#image.string(path);
  }

  /** Files that follow each other often have the same time. */
  #timespecs(mtime: Timestamp): ImageAddress {
    const { seconds, nanoseconds } = this.#timesOf;
    if (this.#times && seconds === mtime.seconds && nanoseconds === mtime.nanoseconds)
      return this.#times;
    writeTimespecs(this.#timeBytes, mtime);
    this.#timesOf = mtime;
    return (this.#times = this.#image.bytes(this.#timeBytes));
  }
}
