import { BerthError, messageOf } from '../errors/berth-error.ts';
import { openScratchFile } from '../host/scratch-file.ts';
import type { ScratchFile } from '../host/scratch-file.ts';
import { Worker } from '../host/worker-threads.ts';
import { runImage } from '../syscall/run-image.ts';
import type { ProgramRunner } from '../syscall/run-image.ts';
import type { ImageSlot } from './image-slots.ts';
import { receiveError } from './unpack-messages.ts';
import type { FromThread, ThreadData, ToThread, UnpackOrder } from './unpack-messages.ts';

/** What one unpacking in a thread needs. */
export interface ThreadTask {
  readonly order: UnpackOrder;
  /** Absolute path of the layer's new, empty folder. */
  readonly root: string;
  /** Waits for more than `seenBytes` of the blob. @throws whatever ended the blob */
  readonly available: (
    seenBytes: number,
  ) => Promise<{ readonly bytes: number; readonly isEnd: boolean }>;
  /** Told how much of the blob is used up. */
  readonly onProgress: (readBytes: number) => void;
  readonly signal: AbortSignal;
}

/** Writing waits for the disk when too much is dirty. */
const imageTimeoutMs = 300_000;

/** A task under way. */
interface RunningTask {
  readonly number: number;
  readonly task: ThreadTask;
  readonly settled: PromiseWithResolvers<number>;
  /** Why it was told to stop. */
  problem: { readonly error: unknown } | undefined;
  /** Programs of it that run. */
  programs: Promise<unknown>;
}

/** A thread that unpacks layers, one at a time, seen from the main thread. */
export class UnpackThread {
  readonly #worker: Worker;
  readonly #scratch: ScratchFile;
  readonly #runner: ProgramRunner;
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>;
  #running: RunningTask | undefined;
  #count = 0;
  #isLost = false;

  /** @param memoryMiB For its JavaScript heap. */
  constructor(runner: ProgramRunner, memoryMiB: number) {
    this.#runner = runner;
    this.#scratch = openScratchFile();
    const workerData: ThreadData = { scratchFd: this.#scratch.fd };
    // A small young generation: little of what a layer's entries leave behind has to be kept any longer.
    const resourceLimits = { maxOldGenerationSizeMb: memoryMiB, maxYoungGenerationSizeMb: 6 };
    this.#worker = new Worker(new URL(workerFile, import.meta.url), {
      workerData,
      resourceLimits,
      name: 'unpack',
    });
    this.#worker.on('message', (message: FromThread) => {
      this.#receive(message);
    });
    let problem: unknown;
    this.#worker.on('error', (error) => {
      problem = error;
    });
    const exited = new Promise<undefined>((resolve) => {
      this.#worker.once('exit', () => {
        resolve(undefined);
      });
    });
    this.ended = exited.then(() => this.#end(problem, memoryMiB));
  }

  /** Whether it is gone, and cannot take a task any more. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Unpacks a layer. When it has settled, nothing writes to the layer's folder any more.
   *
   * @returns Bytes of all files
   * @throws what `LayerUnpacker` throws, what `available` throws, the signal's reason; LAYER_UNPACK_FAILED or
   *   LAYER_TOO_LARGE when the thread is lost
   */
  async run(task: ThreadTask): Promise<number> {
    this.#count += 1;
    const running: RunningTask = {
      number: this.#count,
      task,
      settled: Promise.withResolvers(),
      problem: undefined,
      programs: Promise.resolve(),
    };
    const abort = (): void => {
      this.#stop(running, task.signal.reason);
    };
    this.#running = running;
    this.#worker.ref();
    task.signal.addEventListener('abort', abort, { once: true });
    try {
      this.#post({ kind: 'unpack', task: running.number, order: task.order });
      if (task.signal.aborted) abort();
      return await running.settled.promise;
    } catch (error) {
      await running.programs.catch(() => undefined);
      throw running.problem === undefined ? error : running.problem.error;
    } finally {
      task.signal.removeEventListener('abort', abort);
      this.#running = undefined;
      this.#worker.unref();
    }
  }

  /** Ends the thread; it must have no task. */
  async end(): Promise<void> {
    await this.#worker.terminate();
    await this.ended;
  }

  /** The thread is gone, by its idle end or by an error. */
  async #end(problem: unknown, memoryMiB: number): Promise<void> {
    this.#isLost = true;
    this.#running?.settled.reject(lost(problem, memoryMiB));
    // A program that was just sent has yet to open the file, by a number that must not stand for another file by then.
    await this.#running?.programs.catch(() => undefined);
    this.#scratch.close();
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    const running = this.#running;
    if (running?.number !== message.task) return;
    switch (message.kind) {
      case 'wants':
        void this.#await(running, message.seenBytes);
        return;
      case 'run':
        running.task.onProgress(message.readBytes);
        running.programs = this.#runSlot(running, message.slot);
        return;
      case 'unpacked':
        running.settled.resolve(message.sizeBytes);
        return;
      case 'failed':
        running.settled.reject(receiveError(message.error));
    }
  }

  async #await(running: RunningTask, seenBytes: number): Promise<void> {
    const { task, number } = running;
    try {
      this.#post({ kind: 'available', task: number, ...(await task.available(seenBytes)) });
    } catch (error) {
      this.#stop(running, error);
    }
  }

  async #runSlot(running: RunningTask, slot: ImageSlot): Promise<void> {
    const { path } = this.#scratch;
    const { root } = running.task;
    const image = { name: 'unpack layer', file: path, root, timeoutMs: imageTimeoutMs, ...slot };
    try {
      const failure = await runImage(this.#runner, image);
      this.#post({ kind: 'ran', task: running.number, failure });
    } catch (error) {
      this.#stop(running, error);
      this.#post({ kind: 'ran', task: running.number, failure: { step: 0, errno: 0 } });
    }
  }

  #stop(running: RunningTask, error: unknown): void {
    running.problem ??= { error };
    this.#post({ kind: 'stop', task: running.number });
  }
}

/** Beside this file, in the form that this file has: a source, or a part of a bundle. */
const workerFile = import.meta.url.endsWith('.ts') ? './unpack-worker.ts' : './unpack-worker.js';

function lost(problem: unknown, memoryMiB: number): BerthError {
  const isMemory =
    problem instanceof Error && 'code' in problem && problem.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory) {
    return new BerthError('LAYER_TOO_LARGE', {
      message: `the layer has more entries than ${memoryMiB} MiB of memory have room for`,
      remedy: 'Build the image again with fewer files in one layer.',
      cause: problem,
    });
  }
  return new BerthError('LAYER_UNPACK_FAILED', {
    message: `the layer could not be unpacked: its thread was lost: ${messageOf(problem)}`,
    remedy: 'Try again; the next unpacking starts a new thread.',
    cause: problem,
  });
}
