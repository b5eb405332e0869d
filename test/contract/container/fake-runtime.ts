import { appendFileSync, writeFileSync } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';

import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type {
  CheckpointRequest,
  ContainerCgroups,
  ContainerRuntime,
  ExecRequest,
  ExitRecord,
  LimitChange,
  MonitorConnection,
  ProcessTarget,
  RestoreRequest,
  StartedProgram,
  StartRequest,
} from '../../../runtime/container/ports.ts';

/** A program that the fake plays. */
interface Played {
  readonly request: StartRequest;
  readonly pid: number;
  readonly stdin: PassThrough;
  readonly listeners: Set<() => void>;
  readonly closed: PromiseWithResolvers<undefined>;
}

/**
 * A container runtime without processes. It plays `echo WORDS`, `cat`, `sleep SECONDS`, `sh -c "exit N"` and `deaf`
 * (which ends with SIGKILL only); everything else is not found, and `/etc/plain` cannot be executed.
 */
export class FakeRuntime implements ContainerRuntime {
  /** Limits that were changed. */
  readonly changes: LimitChange[] = [];
  refusesLimits = false;
  /** What becomes of checkpoints. */
  criu: 'working' | 'failing' | 'missing' = 'working';
  /** Until then a checkpoint is being written. */
  criuWorks: Promise<void> = Promise.resolve();
  /** Whether the processes stood still, of each checkpoint. */
  readonly stillAtCheckpoint: boolean[] = [];
  /** Folders of the checkpoints that containers went on from. */
  readonly restored: string[] = [];
  /** Containers whose processes stand still. */
  readonly #still = new Set<string>();
  /** Signals that came meanwhile: as with cgroup v1, not even SIGKILL ends what stands still. */
  readonly #pending: { readonly played: Played; readonly signo: number }[] = [];
  readonly cgroups: ContainerCgroups = {
    freeze: ({ id }) => Promise.resolve(void this.#still.add(id)),
    thaw: ({ id }) => {
      this.#still.delete(id);
      for (const { played, signo } of this.#pending.splice(0)) this.#signal(played, signo);
      return Promise.resolve();
    },
    unsupported: () => [],
    update: (_place, change) => {
      if (this.refusesLimits) return Promise.reject(limitRefused());
      this.changes.push(change);
      return Promise.resolve([]);
    },
    sample: () => Promise.resolve(undefined),
    processes: () => Promise.resolve([]),
    isThawed: ({ id }) => Promise.resolve(!this.#still.has(id)),
    remove: () => Promise.resolve(),
  };
  readonly #running = new Map<string, Played>();
  readonly #exits = new Map<string, ExitRecord>();
  readonly #now: () => number;
  #nextPid = 1000;
  /** Every signal that was sent. */
  readonly signals: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  start(request: StartRequest): Promise<StartedProgram> {
    const { args } = request.spec.process;
    const [program = ''] = args;
    if (program === '/etc/plain')
      return Promise.reject(notExecuted('EXEC_NOT_EXECUTABLE', program));
    if (!['echo', 'cat', 'sleep', 'sh', 'deaf'].includes(program)) {
      return Promise.reject(notExecuted('EXEC_NOT_FOUND', program));
    }
    this.#nextPid += 1;
    const played: Played = {
      request,
      pid: this.#nextPid,
      stdin: new PassThrough(),
      listeners: new Set(),
      closed: Promise.withResolvers<undefined>(),
    };
    this.#exits.delete(request.runDir);
    this.#running.set(request.runDir, played);
    this.#play(played);
    return Promise.resolve({ pid: played.pid, warnings: [] });
  }

  requireCheckpoints(): Promise<void> {
    if (this.criu === 'missing') return Promise.reject(criuError('CRIU_UNAVAILABLE'));
    return Promise.resolve();
  }

  async checkpoint({ images, id }: CheckpointRequest): Promise<void> {
    this.stillAtCheckpoint.push(this.#still.has(id));
    writeFileSync(`${images}/pages-1.img`, '');
    await this.criuWorks;
    if (this.criu === 'failing') throw criuError('CRIU_FAILED');
    writeFileSync(`${images}/inventory.img`, '');
  }

  async awaitCheckpoint(): Promise<void> {
    await this.criuWorks;
  }

  restore(request: RestoreRequest): Promise<StartedProgram> {
    if (this.criu === 'failing') return Promise.reject(criuError('CRIU_FAILED'));
    this.restored.push(request.images);
    return this.start(request);
  }

  /** It relays nothing. */
  moveRelays(): Promise<void> {
    return Promise.resolve();
  }

  connect(runDir: string): Promise<MonitorConnection | undefined> {
    const played = this.#running.get(runDir);
    if (played === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      pid: played.pid,
      stdin: played.stdin,
      resize: () => undefined,
      signal: (signo) => {
        if (this.#still.has(played.request.id)) this.#pending.push({ played, signo });
        else this.#signal(played, signo);
      },
      onLostOutput: () => undefined,
      onOutOfMemory: () => undefined,
      onOutput: (listener) => {
        played.listeners.add(listener);
      },
      target: () => Promise.resolve({ pid: played.pid, startTime: '1' }),
      closed: played.closed.promise,
    });
  }

  /** Plays what `start` plays, but without streams: everything ends at once. */
  exec({ process: { args } }: ExecRequest): ReturnType<ContainerRuntime['exec']> {
    const [program = '', , script = ''] = args;
    if (!['echo', 'sh'].includes(program)) {
      return Promise.reject(notExecuted('EXEC_NOT_FOUND', program));
    }
    this.#nextPid += 1;
    const session = {
      pid: this.#nextPid,
      stdin: undefined,
      output: () => Readable.from([]),
      exit: { exitCode: Number(/exit (\d+)/.exec(script)?.[1] ?? 0) },
      resize: () => undefined,
      signal: (signo: number) => {
        this.signals.push(signo);
      },
    };
    return Promise.resolve({ session, warnings: [] });
  }

  readFiles(
    _target: ProcessTarget,
    paths: readonly string[],
  ): ReturnType<ContainerRuntime['readFiles']> {
    const texts = paths.map(() => undefined);
    return Promise.resolve({ texts, status: Buffer.alloc(0), changedMs: paths.map(() => 0) });
  }

  openFiles(): Promise<never> {
    return Promise.reject(new Error('a program that is none has no files'));
  }

  sendDatagrams(): Promise<void> {
    return Promise.resolve();
  }

  awaitSender(): Promise<void> {
    return Promise.resolve();
  }

  adoptCompressedLog(): Promise<void> {
    return Promise.resolve();
  }

  readExit(runDir: string): Promise<ExitRecord | undefined> {
    return Promise.resolve(this.#exits.get(runDir));
  }

  /** The machine goes down: programs are gone, and nobody wrote down how. */
  powerCut(): void {
    this.#running.clear();
    this.#still.clear();
    this.#exits.clear();
  }

  #play(played: Played): void {
    const [program, ...rest] = played.request.spec.process.args;
    switch (program) {
      case 'echo':
        this.#write(played, Buffer.from(`${rest.join(' ')}\n`));
        this.#end(played, 0);
        return;
      case 'sh':
        this.#end(played, Number(/exit (\d+)/.exec(rest[1] ?? '')?.[1] ?? 0));
        return;
      case 'cat':
        played.stdin.on('data', (chunk: Buffer) => {
          this.#write(played, chunk);
        });
        played.stdin.on('end', () => {
          this.#end(played, 0);
        });
        return;
      default:
    }
  }

  #signal(played: Played, signo: number): void {
    this.signals.push(signo);
    const deaf = played.request.spec.process.args[0] === 'deaf';
    if (!deaf || signo === 9) this.#end(played, 128 + signo);
  }

  #write(played: Played, text: Buffer): void {
    const time = new Date(this.#now()).toISOString().replace('Z', '000000Z');
    const line = { log: text.toString(), stream: 'stdout', time };
    appendFileSync(played.request.logFile, `${JSON.stringify(line)}\n`);
    for (const listener of played.listeners) listener();
  }

  #end(played: Played, exitCode: number): void {
    const { runDir } = played.request;
    if (this.#running.get(runDir) !== played) return;
    this.#running.delete(runDir);
    this.#exits.set(runDir, { exitCode, finishedAt: this.#now(), oomKilled: false });
    played.closed.resolve(undefined);
  }
}

function criuError(code: 'CRIU_FAILED' | 'CRIU_UNAVAILABLE'): BerthError {
  return new BerthError(code, { message: 'the fake has no CRIU that works' });
}

function limitRefused(): BerthError {
  return new BerthError('CGROUP_UPDATE_REFUSED', { message: 'the fake takes no limits' });
}

function notExecuted(code: 'EXEC_NOT_FOUND' | 'EXEC_NOT_EXECUTABLE', program: string): BerthError {
  return new BerthError(code, { message: `"${program}" was not executed`, details: { program } });
}
