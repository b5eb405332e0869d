import { BerthError } from '../errors/berth-error.ts';
import { currentArchitecture } from './architecture.ts';
import { encodeProgram } from './encode.ts';
import { errnoName } from './errno.ts';
import { launcherFd } from './launcher-program.ts';
import { LauncherProcess } from './launcher-process.ts';
import { Pending } from './pending.ts';
import { PreparedProgram } from './prepared-program.ts';
import type { Program } from './program.ts';
import type { ProgramResult, RunningProgram } from './program-result.ts';
import type { Reply } from './reply-parser.ts';

// By its global: an import of `node:process` opens the standard streams, which makes them non-blocking for everybody.
const kill = (pid: number, signal: NodeJS.Signals): boolean => process.kill(pid, signal);

/** What a launcher's programs share with this process. */
export interface LauncherOptions {
  /** Descriptors of this process that programs find from `firstKeptFd` on, in this order. */
  readonly keep?: readonly number[];
  /**
   * Takes what programs hand over by `handOver`, with the name that they gave it: a dgram.Socket, a net.Server or a net.Socket,
   * which receives, listens or reads from then on. The descriptor behind those of `keep` is then the channel.
   */
  readonly onSocket?: (name: string, socket: unknown) => void;
}

/**
 * Runs syscall programs, each in a fresh process forked from the launcher's few kilobytes. When the launcher process
 * has died, what was under way fails with LAUNCHER_LOST and the next program starts a new one.
 */
export class Launcher {
  #stopped = false;
  #process: Promise<LauncherProcess> | undefined;
  /** The same once it has started, for who cannot wait. */
  #live: LauncherProcess | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #byPid = new Map<number, Pending>();
  readonly #kept: readonly number[];
  readonly #onSocket: LauncherOptions['onSocket'];

  /** A launcher whose process is started with the first program. */
  constructor({ keep = [], onSocket }: LauncherOptions = {}) {
    this.#kept = keep;
    this.#onSocket = onSocket;
  }

  /**
   * Starts the launcher.
   * @throws LAUNCHER_LOST when it cannot, ARCH_UNSUPPORTED on another processor.
   */
  static async start(options: LauncherOptions = {}): Promise<Launcher> {
    const launcher = new Launcher(options);
    await launcher.#current();
    return launcher;
  }

  /** Process id of the launcher, starting one when it is gone. */
  async pid(): Promise<number> {
    return (await this.#current()).pid;
  }

  /**
   * Runs a program to its end.
   * @param options `timeoutMs`: after that it is killed; infinite: never.
   * @throws BerthError SYSCALL_FAILED naming the step, with `details` {program, step, call, errno};
   *   PROGRAM_CRASHED; PROGRAM_TIMEOUT; PROGRAM_INVALID; LAUNCHER_LOST.
   */
  async run(
    program: Program | PreparedProgram,
    { timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {},
  ): Promise<ProgramResult> {
    const pending = await this.#send(program, { timeoutMs, until: 'end' });
    return pending.ended;
  }

  /**
   * Runs a program until its first reply and lets it go on. It must send one: the errors are those of `run`, and a
   * program that ends without a reply is PROGRAM_CRASHED.
   */
  async spawn(
    program: Program | PreparedProgram,
    { timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {},
  ): Promise<RunningProgram> {
    const pending = await this.#send(program, { timeoutMs, until: 'answer' });
    // Nobody waits for its end; `answered` reports a failure before the first reply.
    pending.ended.catch(() => undefined);
    return pending.answered;
  }

  /**
   * Ends the launcher; programs that have detached themselves go on. Unlike one that is lost it is not replaced: that would
   * keep the process from ending for the sake of something that nobody waits for.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    const process = this.#process;
    this.#process = undefined;
    this.#live = undefined;
    await (await process)?.stop();
  }

  async #send(
    program: Program | PreparedProgram,
    { timeoutMs, until }: { readonly timeoutMs: number; readonly until: 'answer' | 'end' },
  ): Promise<Pending> {
    const id = this.#nextId;
    this.#nextId += 1;
    const bytes = bytesOf(program, id);
    let process = this.#live;
    if (process === undefined) {
      leaveBytes(program);
      process = await this.#current();
    }
    const pending = new Pending(program, { timeoutMs, until, kill });
    this.#pending.set(id, pending);
    const forget = (): void => {
      this.#pending.delete(id);
      if (pending.pid !== undefined) this.#byPid.delete(pending.pid);
    };
    pending.ended.then(forget, forget);
    if (!process.send(bytes)) leaveBytes(program);
    return pending;
  }

  #current(): Promise<LauncherProcess> {
    if (this.#stopped) return Promise.reject(stopped());
    this.#process ??= this.#start();
    return this.#process;
  }

  async #start(): Promise<LauncherProcess> {
    let process: LauncherProcess;
    try {
      const channel = this.#onSocket === undefined ? [] : (['ipc'] as const);
      process = await LauncherProcess.start([...this.#kept, ...channel]);
    } catch (error) {
      this.#process = undefined;
      throw error;
    }
    process.onReply = (reply) => {
      this.#handle(reply);
    };
    if (this.#onSocket !== undefined) process.onSocket = this.#onSocket;
    if (!this.#stopped) this.#live = process;
    void process.ended.then(() => {
      this.#process = undefined;
      this.#live = undefined;
      const lost = new BerthError('LAUNCHER_LOST', {
        message: 'The launcher process ended while programs were under way.',
        remedy: 'Try again: the next program starts a new launcher.',
        details: { problem: 'ended' },
      });
      for (const pending of [...this.#pending.values()]) pending.fail(lost);
    });
    return process;
  }

  #handle(reply: Reply): void {
    switch (reply.kind) {
      case 'started': {
        const pending = this.#pending.get(reply.id);
        if (!pending) return;
        pending.started(reply.pid);
        this.#byPid.set(reply.pid, pending);
        return;
      }
      case 'data':
        this.#pending.get(reply.id)?.reply(reply.data);
        return;
      case 'failed':
        this.#pending.get(reply.id)?.failedAt(reply.step, reply.errno);
        return;
      case 'exited':
        this.#byPid.get(reply.pid)?.exited(reply.status);
        return;
      case 'refused':
        for (const pending of [...this.#pending.values()]) {
          pending.fail(
            new BerthError('PROGRAM_INVALID', {
              message: `The launcher refused what it was sent: ${errnoName(reply.errno)}; wanted a whole syscall program.`,
              details: { problem: 'refused', errno: errnoName(reply.errno) },
            }),
          );
        }
    }
  }
}

/** As the launcher takes it. Those of a prepared program are its own: see `leaveBytes`. */
function bytesOf(program: Program | PreparedProgram, id: number): Uint8Array {
  if (program instanceof PreparedProgram) return program.forRun(id);
  return encodeProgram(program, {
    architecture: currentArchitecture(),
    id,
    replyFd: launcherFd,
  });
}

function leaveBytes(program: Program | PreparedProgram): void {
  if (program instanceof PreparedProgram) program.leaveBytes();
}

function stopped(): BerthError {
  return new BerthError('LAUNCHER_LOST', {
    message: 'The launcher process was stopped.',
    remedy: 'Start the daemon again.',
    details: { problem: 'stopped' },
  });
}
