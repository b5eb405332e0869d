import { availableParallelism } from 'node:os';

import { shareCompiled } from '../host/worker-threads.ts';
import type { ProgramRunner } from '../syscall/run-image.ts';
import { UnpackThread } from './unpack-thread.ts';
import type { ThreadTask } from './unpack-thread.ts';

/** How an UnpackPool works. */
export interface UnpackPoolOptions {
  /** A Launcher. */
  readonly runner: ProgramRunner;
  /** Threads at the same time; as many as there are processors, from two to three, when left out. */
  readonly maxThreads?: number;
  /** A thread without work ends after this time: each holds about ten megabytes. */
  readonly idleMs?: number;
  /** Memory for what a thread knows of its layer; for a million entries when left out. */
  readonly threadMemoryMiB?: number;
}

/** A layer that arrives slowly must not keep the others waiting. */
const leastThreads = 2;
/**
 * Each keeps about two processors busy: its own, one that decompresses for it, and one that writes. More would only take
 * memory.
 */
const mostThreads = 3;

/** Threads that unpack layers: started when there is work, ended when there was none for a while. */
export class UnpackPool {
  readonly #runner: ProgramRunner;
  readonly #maxThreads: number;
  readonly #idleMs: number;
  readonly #threadMemoryMiB: number;
  readonly #idle: { readonly thread: UnpackThread; readonly timer: NodeJS.Timeout }[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #compiled: Promise<void> | undefined;

  constructor({ runner, maxThreads, idleMs, threadMemoryMiB }: UnpackPoolOptions) {
    this.#runner = runner;
    this.#maxThreads =
      maxThreads ?? Math.min(Math.max(availableParallelism(), leastThreads), mostThreads);
    this.#idleMs = idleMs ?? 10_000;
    this.#threadMemoryMiB = threadMemoryMiB ?? 256;
  }

  /** Unpacks a layer in a thread of its own, when one is free. @throws as `UnpackThread.run`, the signal's reason */
  async run(task: ThreadTask): Promise<number> {
    await this.#turn();
    let thread: UnpackThread | undefined;
    try {
      this.#compiled ??= shareCompiled(() => import('./unpack-worker.ts'));
      await this.#compiled;
      task.signal.throwIfAborted();
      thread = this.#take();
      return await thread.run(task);
    } finally {
      this.#busy -= 1;
      if (thread) this.#giveBack(thread);
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#busy >= this.#maxThreads) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#busy += 1;
  }

  #take(): UnpackThread {
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#start();
    clearTimeout(idle.timer);
    return idle.thread;
  }

  #start(): UnpackThread {
    const thread = new UnpackThread(this.#runner, this.#threadMemoryMiB);
    void thread.ended.then(() => {
      this.#forget(thread);
    });
    return thread;
  }

  #giveBack(thread: UnpackThread): void {
    if (thread.isLost) return;
    const timer = setTimeout(() => {
      this.#forget(thread);
      void thread.end();
    }, this.#idleMs).unref();
    this.#idle.push({ thread, timer });
  }

  #forget(thread: UnpackThread): void {
    const at = this.#idle.findIndex((idle) => idle.thread === thread);
    if (at >= 0) clearTimeout(this.#idle.splice(at, 1)[0]?.timer);
  }
}
