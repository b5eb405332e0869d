import {
  AT_FDCWD,
  O_CLOEXEC,
  O_NOCTTY,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  S_IFMT,
  S_IFREG,
} from '../../syscall/constants/fs.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import { PreparedProgram } from '../../syscall/prepared-program.ts';
import type { Address, Program, Ref } from '../../syscall/program.ts';
import { maxReplySize, ProgramBuilder } from '../../syscall/program-builder.ts';
import { changeTimeMs, statMode, statSize } from '../../syscall/tree/stat.ts';
import type { ExecTarget } from './exec-plan.ts';
import { openHostProc } from '../namespaces/host-proc-file.ts';
import { joinTarget, openTarget } from './join-target.ts';
import { Recent } from './recent.ts';

/**
 * A reply has chunks: {u32 number, u32 length} and so many bytes: of the file with that number, or, behind all of them, of the
 * first file's struct stat and so on.
 */
const headerSize = 8;
const chunkSize = 16 * 1024;
const answerSize = maxReplySize;

/** /etc/passwd of a big company has a few MiB; a container must not make berthd read gigabytes. */
const maxChunks = 1024;

/** What files of a container had in them, and by what it is known whether they still have. */
export interface ContainerFiles {
  /** In the order of the paths; `undefined` for what is missing. */
  readonly texts: readonly (string | undefined)[];
  /** Struct stat of each (stat(2)), one behind the other, zero for what is missing. */
  readonly status: Buffer;
  /** When each has last changed, in milliseconds since 1970; 0 for what is missing. */
  readonly changedMs: readonly number[];
}

/**
 * Reads regular files of a running container as it sees them: in its mount namespace, where its links lead nowhere else.
 * What is no file, cannot be opened or is larger than 16 MiB counts as missing.
 * @param paths absolute.
 * @throws SYSCALL_FAILED when the container has ended; PROGRAM_TIMEOUT when its file system hangs.
 */
export function readContainerFiles(
  launcher: Launcher,
  target: ExecTarget,
  paths: readonly string[],
): Promise<ContainerFiles> {
  const enter = (p: ProgramBuilder): void => {
    joinTarget(p, openTarget(p, target), ['mount']);
  };
  const key = JSON.stringify([target, paths]);
  const program = prepared.get(key, () => new PreparedProgram(readProgram(enter, paths)));
  return readFiles(launcher, program, paths);
}

/** Each exec reads the same files of the same container; some 10 KB each. */
const prepared = new Recent<PreparedProgram>(32);

/** The same of a root file system on the host, before anything is mounted in it: no link of it leads out. */
export async function readRootFiles(
  launcher: Launcher,
  rootfs: string,
  paths: readonly string[],
): Promise<ContainerFiles['texts']> {
  const enter = (p: ProgramBuilder): void => {
    p.call(`enter ${rootfs}`, 'chroot', [p.string(rootfs)]);
    p.call('enter the root', 'chdir', [p.string('/')]);
  };
  return (await readFiles(launcher, readProgram(enter, paths), paths)).texts;
}

async function readFiles(
  launcher: Launcher,
  program: Program | PreparedProgram,
  paths: readonly string[],
): Promise<ContainerFiles> {
  const { data } = await launcher.run(program);
  const chunks = paths.map((): Buffer[] => []);
  const status = Buffer.alloc(statSize * paths.length);
  for (let at = 0; at < data.length;) {
    const number = data.readUInt32LE(at);
    const end = at + headerSize + data.readUInt32LE(at + 4);
    const bytes = data.subarray(at + headerSize, end);
    if (number < paths.length) chunks[number]?.push(bytes);
    else bytes.copy(status, statSize * (number - paths.length));
    at = end;
  }
  const texts = chunks.map((list) =>
    list.length === 0 || list.length >= maxChunks
      ? undefined
      : Buffer.concat(list).toString('utf8'),
  );
  const changedMs = paths.map((_, index) => changeTimeMs(status.subarray(statSize * index)));
  return { texts, status, changedMs };
}

function readProgram(enter: (p: ProgramBuilder) => void, paths: readonly string[]): ProgramBuilder {
  const p = new ProgramBuilder('read files of a container');
  const proc = openHostProc(p, '/proc', 'open /proc');
  enter(p);
  const status = p.reserve(statSize);
  const answer = new Answer(p);
  const chunks = p.value(p.reserve(8));
  for (const [index, path] of paths.entries()) {
    const [again, done, next] = [p.label(), p.label(), p.label()];
    p.set(chunks, 0);
    // Only looked at, not opened: to open a device does something (a watchdog restarts the host), and this process is in
    // no cgroup of the container, which would forbid it.
    const flags = O_PATH | O_CLOEXEC;
    const args = [AT_FDCWD, p.string(path), flags, 0];
    const found = p.call(`find ${path}`, 'openat', args, { onError: next });
    p.call(`look at ${path}`, 'fstat', [found, status]);
    const mode = p.load(32, p.compute('add', status, statMode));
    const file = p.label();
    p.jumpIf('eq', p.compute('and', mode, S_IFMT), S_IFREG, file);
    p.call(`let go of ${path}`, 'close', [found]);
    p.jump(next);
    p.place(file);
    answer.put(paths.length + index, status);
    // What was looked at, whatever has its name by now.
    const same = numberedPath(p, { prefix: 'self/fd/', number: found, suffix: '' });
    const reading = [proc, same, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0];
    const fd = p.call(`open ${path}`, 'openat', reading, { onError: 'ignore' });
    p.call(`let go of ${path}`, 'close', [found]);
    p.jumpIf('lt', fd, 0, next);
    p.place(again);
    const place = answer.place();
    const into = p.compute('add', place, headerSize);
    const count = p.call(`read ${path}`, 'read', [fd, into, chunkSize], { onError: done });
    p.store(32, place, index);
    p.store(32, p.compute('add', place, 4), count);
    answer.add(count);
    p.set(chunks, p.compute('add', chunks, 1));
    p.jumpIf('eq', chunks, maxChunks, done);
    p.jumpIf('ne', count, 0, again);
    p.place(done);
    p.call(`close ${path}`, 'close', [fd]);
    p.place(next);
  }
  answer.send();
  return p;
}

/** What has been read: it goes in one reply as long as it fits, because each wakes berthd. */
class Answer {
  readonly #p: ProgramBuilder;
  readonly #buffer: Address;
  readonly #used: Ref;

  constructor(p: ProgramBuilder) {
    this.#p = p;
    this.#buffer = p.reserve(answerSize);
    this.#used = p.value(p.reserve(8));
    p.set(this.#used, 0);
  }

  /** Where the next chunk goes. */
  place(): Ref {
    const p = this.#p;
    const fits = p.label();
    p.jumpIf('lt', this.#used, answerSize - headerSize - chunkSize + 1, fits);
    this.#reply();
    p.place(fits);
    return p.compute('add', this.#buffer, this.#used);
  }

  /** Adds a struct stat. */
  put(number: number, status: Address): void {
    const p = this.#p;
    const place = this.place();
    p.store(32, place, number);
    p.store(32, p.compute('add', place, 4), statSize);
    p.copy({
      from: p.compute('add', status, 0),
      to: p.compute('add', place, headerSize),
      length: statSize,
    });
    this.add(p.compute('add', statSize, 0));
  }

  /** It has so many bytes. */
  add(count: Ref): void {
    const p = this.#p;
    p.set(this.#used, p.compute('add', p.compute('add', this.#used, count), headerSize));
  }

  /** Sends what has not been sent. */
  send(): void {
    const p = this.#p;
    const nothing = p.label();
    p.jumpIf('eq', this.#used, 0, nothing);
    this.#reply();
    p.place(nothing);
  }

  #reply(): void {
    this.#p.reply(this.#buffer, this.#used);
    this.#p.set(this.#used, 0);
  }
}
