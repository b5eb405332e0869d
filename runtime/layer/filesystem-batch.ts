import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
} from '../syscall/constants/fs.ts';
import type { Program, Ref } from '../syscall/program.ts';
import type { Label, Address } from '../syscall/program.ts';
import { ProgramBuilder } from '../syscall/program-builder.ts';
import type { Timestamp } from '../tar/pax-records.ts';
import { quoteName } from './entry-name.ts';

/** Who runs the syscall programs: a Launcher. */
export interface ProgramRunner {
  run(program: Program, options?: { readonly timeoutMs?: number }): Promise<unknown>;
}

/** Owner, permissions, time and extended attributes of a file. */
export interface Attributes {
  /** Permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Also becomes the time of the last access. */
  readonly mtime: Timestamp;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** What `FilesystemBatch.node` makes (mknod(2)). */
export interface NodeKind {
  /** S_IFCHR, S_IFBLK or S_IFIFO. */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

/** A batch is run when it holds this much, so that the launcher is soon free for others. */
const batchDataBytes = 1024 * 1024;
const batchSteps = 16_384;

/** Writing waits for the disk when too much is dirty. */
const batchTimeoutMs = 300_000;

const errnoNoSpace = 28;
const errnoNotSupported = 95;

/**
 * Changes below one folder, collected into syscall programs: a thousand small files cost one message to the launcher
 * instead of several trips through Node's thread pool each. It is also the only way to device nodes, extended attributes
 * and nanoseconds.
 *
 * The programs run in a chroot of the folder, so that nothing in a layer can reach outside it even if the checks
 * before were wrong. Paths are byte strings (latin1) relative to the folder.
 */
export class FilesystemBatch {
  readonly #runner: ProgramRunner;
  readonly #root: string;
  #program: ProgramBuilder;
  #shortWrite: Label;
  #running: Promise<unknown> = Promise.resolve();

  constructor(runner: ProgramRunner, root: string) {
    this.#runner = runner;
    this.#root = root;
    [this.#program, this.#shortWrite] = this.#begin();
  }

  directory(path: string): void {
    this.#call('make folder', path, 'mkdirat', [AT_FDCWD, this.#path(path), 0o700]);
  }

  file(path: string, content: Uint8Array): void {
    const label = `write ${quoteName(path)}`;
    const p = this.#program;
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const fd = p.call(label, 'openat', [AT_FDCWD, this.#path(path), flags, 0o600]);
    if (content.byteLength > 0) {
      const written = p.call(label, 'write', [fd, p.bytes(content), content.byteLength]);
      p.jumpIf('ne', written, content.byteLength, this.#shortWrite);
    }
    p.call(label, 'close', [fd]);
  }

  symlink(path: string, target: string): void {
    this.#call('make link', path, 'symlinkat', [this.#path(target), AT_FDCWD, this.#path(path)]);
  }

  hardLink(path: string, target: string): void {
    const args = [AT_FDCWD, this.#path(target), AT_FDCWD, this.#path(path), 0];
    this.#call('make hard link', path, 'linkat', args);
  }

  node(path: string, kind: NodeKind): void {
    this.#call('make node', path, 'mknodat', [
      AT_FDCWD,
      this.#path(path),
      kind.type | 0o600,
      deviceNumber(kind),
    ]);
  }

  /** Sets all attributes, in the one order that works: chown clears setuid bits and capabilities. */
  attributes(path: string, attributes: Attributes, follow: 'symlink' | 'other'): void {
    const { uid, gid, mode } = attributes;
    const address = this.#path(path);
    this.#call('change owner', path, 'fchownat', [
      AT_FDCWD,
      address,
      uid,
      gid,
      AT_SYMLINK_NOFOLLOW,
    ]);
    // A symbolic link has no permissions of its own.
    if (follow === 'other') this.#call('change mode', path, 'fchmodat', [AT_FDCWD, address, mode]);
    for (const [name, value] of attributes.xattrs) this.xattr(path, name, value);
    const times = this.#program.bytes(timespecs(attributes.mtime));
    this.#call('change time', path, 'utimensat', [AT_FDCWD, address, times, AT_SYMLINK_NOFOLLOW]);
  }

  /** Sets an extended attribute. File systems that have none of its class are no reason to refuse the layer. */
  xattr(path: string, name: string, value: Uint8Array): void {
    const p = this.#program;
    const label = `set attribute ${name} of ${quoteName(path)}`;
    const failed = p.label();
    const done = p.label();
    const result = p.call(
      label,
      'lsetxattr',
      [this.#path(path), p.string(name), p.bytes(value), value.byteLength, 0],
      { onError: failed },
    );
    p.jump(done);
    p.place(failed);
    p.jumpIf('eq', result, -errnoNotSupported, done);
    p.fail(label, p.compute('sub', 0, result));
    p.place(done);
  }

  /**
   * Hands what was collected to the launcher, when that is much. While it runs, the next batch is collected: an error
   * of it comes out of a later call.
   */
  async flushIfFull(): Promise<void> {
    const { steps, sizes } = this.#program;
    if (steps.length < batchSteps && sizes.data < batchDataBytes) return;
    const program = this.#take();
    await this.#running;
    this.#running = this.#runner.run(program, { timeoutMs: batchTimeoutMs });
    // Whoever calls next hears of a failure; until then it must not count as one that nobody handles.
    this.#running.catch(() => undefined);
  }

  /** Runs all that was collected to its end. @throws SYSCALL_FAILED and the other codes of `Launcher.run` */
  async flush(): Promise<void> {
    await this.#running;
    await this.#runner.run(this.#take(), { timeoutMs: batchTimeoutMs });
  }

  /** Resolves when nothing runs any more, whatever came of it: only then can the folder be removed. */
  async settled(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  #take(): ProgramBuilder {
    const program = this.#program;
    program.exit(0);
    program.place(this.#shortWrite);
    // Files of a local file system are written short only when there is no room for the rest.
    program.fail('write', errnoNoSpace);
    [this.#program, this.#shortWrite] = this.#begin();
    return program;
  }

  #begin(): readonly [ProgramBuilder, Label] {
    const p = new ProgramBuilder('unpack layer');
    p.call('enter the layer', 'chroot', [p.string(this.#root)]);
    p.call('enter the layer', 'chdir', [p.string('/')]);
    return [p, p.label()];
  }

  #path(path: string): Address {
    return this.#program.bytes(Buffer.from(`${path}\0`, 'latin1'));
  }

  #call(
    what: string,
    path: string,
    call: string,
    args: Parameters<ProgramBuilder['call']>[2],
  ): Ref {
    return this.#program.call(`${what} ${quoteName(path)}`, call, args);
  }
}

/** The kernel's 32-bit encoding of a device's numbers (include/linux/kdev_t.h, new_encode_dev). */
function deviceNumber({ major, minor }: NodeKind): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
}

/** Two equal struct timespec, as utimensat(2) takes them. */
function timespecs({ seconds, nanoseconds }: Timestamp): Uint8Array {
  const times = new BigInt64Array(4);
  times.set([BigInt(seconds), BigInt(nanoseconds), BigInt(seconds), BigInt(nanoseconds)]);
  return new Uint8Array(times.buffer);
}
