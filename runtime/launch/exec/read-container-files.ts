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
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';
import type { ExecTarget } from './exec-plan.ts';
import { openHostProc } from '../host-proc-file.ts';
import { joinTarget, openTarget } from './join-target.ts';

/** A reply: {u32 number of the file, u32 length} and so many of its bytes. */
const headerSize = 8;
const chunkSize = 32 * 1024;

/** /etc/passwd of a big company has a few MiB; a container must not make berthd read gigabytes. */
const maxChunks = 512;

/**
 * Reads regular files of a running container as it sees them: in its mount namespace, where its links lead nowhere else.
 * What is no file, cannot be opened or is larger than 16 MiB counts as missing.
 * @returns the texts, in the order of the absolute paths.
 * @throws SYSCALL_FAILED when the container has ended; PROGRAM_TIMEOUT when its file system hangs.
 */
export function readContainerFiles(
  launcher: Launcher,
  target: ExecTarget,
  paths: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const enter = (p: ProgramBuilder): void => {
    joinTarget(p, openTarget(p, target), ['mount']);
  };
  return readFiles(launcher, enter, paths);
}

/** The same of a root file system on the host, before anything is mounted in it: no link of it leads out. */
export function readRootFiles(
  launcher: Launcher,
  rootfs: string,
  paths: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const enter = (p: ProgramBuilder): void => {
    p.call(`enter ${rootfs}`, 'chroot', [p.string(rootfs)]);
    p.call('enter the root', 'chdir', [p.string('/')]);
  };
  return readFiles(launcher, enter, paths);
}

async function readFiles(
  launcher: Launcher,
  enter: (p: ProgramBuilder) => void,
  paths: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const { data } = await launcher.run(readProgram(enter, paths));
  const chunks = paths.map((): Buffer[] => []);
  for (let at = 0; at < data.length;) {
    const end = at + headerSize + data.readUInt32LE(at + 4);
    chunks[data.readUInt32LE(at)]?.push(data.subarray(at + headerSize, end));
    at = end;
  }
  return chunks.map((list) =>
    list.length === 0 || list.length >= maxChunks
      ? undefined
      : Buffer.concat(list).toString('utf8'),
  );
}

function readProgram(enter: (p: ProgramBuilder) => void, paths: readonly string[]): ProgramBuilder {
  const p = new ProgramBuilder('read files of a container');
  const proc = openHostProc(p, '/proc', 'open /proc');
  enter(p);
  const status = p.reserve(statSize);
  const chunk = p.reserve(headerSize + chunkSize);
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
    // What was looked at, whatever has its name by now.
    const same = numberedPath(p, { prefix: 'self/fd/', number: found, suffix: '' });
    const reading = [proc, same, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0];
    const fd = p.call(`open ${path}`, 'openat', reading, { onError: 'ignore' });
    p.call(`let go of ${path}`, 'close', [found]);
    p.jumpIf('lt', fd, 0, next);
    p.place(again);
    const into = chunk.at(headerSize);
    const count = p.call(`read ${path}`, 'read', [fd, into, chunkSize], { onError: done });
    p.store(32, chunk, index);
    p.store(32, chunk.at(4), count);
    p.reply(chunk, p.compute('add', count, headerSize));
    p.set(chunks, p.compute('add', chunks, 1));
    p.jumpIf('eq', chunks, maxChunks, done);
    p.jumpIf('ne', count, 0, again);
    p.place(done);
    p.call(`close ${path}`, 'close', [fd]);
    p.place(next);
  }
  return p;
}
