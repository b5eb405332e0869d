import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, stat, writeFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { BerthError } from '../errors/berth-error.ts';
import { currentArchitecture } from './architecture.ts';
import { encodeProgram } from './encode.ts';
import { executorElf } from './executor/executor.ts';
import { launcherFd, launcherProgram } from './launcher-program.ts';
import type { ProgramBuilder } from './program-builder.ts';
import { type Reply, ReplyParser } from './reply-parser.ts';
import { sealedExecutorProgram } from './sealed-executor.ts';
import { removeTree } from '../host/remove-tree.ts';

const filePrefix = 'berth-launcher-';

/** The age from which on nobody is still starting from a folder. */
const abandonedMs = 60_000;

/** Folders to put the executor in for the moment of its start, in order; one may be mounted noexec. */
const folders = ['/run', '/tmp', '/var/lib', '/root'];

/** One launcher process and the socket to it. */
export class LauncherProcess {
  readonly #child: ChildProcess;
  readonly #socket: Duplex;
  /** Resolves when the process is gone or its socket is closed, whichever is seen first. */
  readonly ended: Promise<void>;
  /** Called with each reply, in order. */
  onReply: (reply: Reply) => void = () => undefined;
  /** Called with each socket that a program hands over: see `handOver`. */
  onSocket: (name: string, socket: unknown) => void = () => undefined;

  private constructor(child: ChildProcess, socket: Duplex) {
    this.#child = child;
    this.#socket = socket;
    const parser = new ReplyParser();
    socket.on('data', (chunk: Buffer) => {
      let replies: readonly Reply[];
      try {
        replies = parser.push(chunk);
      } catch {
        // What follows cannot be told apart any more: this launcher is lost, and the next program starts another.
        child.kill('SIGKILL');
        socket.destroy();
        return;
      }
      for (const reply of replies) this.onReply(reply);
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', resolve);
      // An error of the socket (EPIPE, ECONNRESET) is followed by its close.
      socket.on('error', () => undefined);
      child.once('exit', () => socket.destroy());
    });
    child.on('message', (name, handle) => {
      if (typeof name === 'string') this.onSocket(name, handle);
    });
  }

  /** The launcher's process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /**
   * Starts a launcher.
   * @param kept descriptors of this process that its programs may use (`firstKeptFd`); 'ipc': the channel for sockets.
   * @throws BerthError LAUNCHER_LOST when no folder lets it run.
   */
  static async start(kept: readonly (number | 'ipc')[]): Promise<LauncherProcess> {
    const elf = executorElf(currentArchitecture());
    const problems: unknown[] = [];
    for (const folder of folders) {
      try {
        const { child, socket } = await startIn(folder, elf, kept);
        await removeAbandoned(folder);
        return new LauncherProcess(child, socket);
      } catch (problem) {
        problems.push(problem);
      }
    }
    throw new BerthError('LAUNCHER_LOST', {
      message: `The launcher could not be started from any of "${folders.join('", "')}"; wanted one that is writable and not mounted noexec.`,
      remedy: 'Run as root, and mount one of these folders without noexec.',
      details: { problem: 'no-folder', folders: folders.join(', ') },
      cause: new AggregateError(problems),
    });
  }

  /** Sends an encoded program. Returns whether all of it has been sent: else its bytes must stay as they are. */
  send(program: Uint8Array): boolean {
    this.#socket.write(program);
    return this.#socket.writableLength === 0;
  }

  /** Closes the socket, upon which the launcher ends; what it has started goes on. */
  async stop(): Promise<void> {
    this.#socket.end();
    this.#socket.destroy();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    await new Promise((resolve) => this.#child.once('exit', resolve));
  }
}

/**
 * Runs the executor from a file that is gone again before the first program: nothing is left to find or replace. It goes
 * on from sealed memory before it hears of anything else.
 */
async function startIn(
  folder: string,
  elf: Uint8Array,
  kept: readonly (number | 'ipc')[],
): Promise<{ readonly child: ChildProcess; readonly socket: Duplex }> {
  const temporary = await mkdtemp(`${folder}/${filePrefix}`);
  try {
    const file = `${temporary}/berth-launcher`;
    await writeFile(file, elf);
    await chmod(file, 0o500);
    const child = await spawnWhenFree(file, kept);
    const [stdin, , , socket] = child.stdio;
    if (!stdin || !socket) throw new Error('the launcher has no socket');
    stdin.on('error', () => undefined);
    stdin.end(
      Buffer.concat([
        encoded(sealedExecutorProgram(elf.length)),
        encoded(launcherProgram(kept.length)),
      ]),
    );
    return { child, socket: socket as Duplex };
  } finally {
    await removeTree(temporary);
  }
}

/** Removes the folders of those who were killed in the moment of a start, which takes milliseconds. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(filePrefix));
  for (const path of names.map((name) => `${folder}/${name}`)) {
    try {
      const { mtimeMs } = await stat(path);
      if (Date.now() - mtimeMs > abandonedMs) await removeTree(path);
    } catch {
      // It is somebody's who has just removed it, or may not be removed: the start has succeeded all the same.
    }
  }
}

function encoded(program: ProgramBuilder): Uint8Array {
  return encodeProgram(program, {
    architecture: currentArchitecture(),
    id: 0,
    replyFd: launcherFd,
  });
}

/**
 * Spawns the executor. A process that Node.js forks at the same moment can hold the just written file open for an
 * instant, and then exec says ETXTBSY: try again.
 */
async function spawnWhenFree(
  file: string,
  kept: readonly (number | 'ipc')[],
): Promise<ChildProcess> {
  for (let attempt = 0; ; attempt += 1) {
    // detached: a Ctrl-C on the terminal is for the command, not for the launcher.
    const child = spawn(file, [], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe', ...kept],
    });
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      child.once('spawn', () => {
        resolve(undefined);
      });
      child.once('error', resolve);
    });
    if (!error) return child;
    if (error.code !== 'ETXTBSY' || attempt === 20) throw error;
  }
}
