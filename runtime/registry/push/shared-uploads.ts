import type { PushContext, PushedBlob } from './push-blob.ts';
import { pushBlob } from './push-blob.ts';
import type { Descriptor } from '../../image/manifest.ts';
import { Slots } from './slots.ts';

/** Pushes of blobs, some at a time; the same blob is not sent twice to one repository at the same time. */
export class SharedUploads {
  readonly #slots: Slots;
  readonly #running = new Map<string, Promise<PushedBlob>>();

  /** @param concurrency Blobs at a time, of all pushes together. */
  constructor(concurrency: number) {
    this.#slots = new Slots(concurrency);
  }

  /** @param concurrency as in the constructor */
  resize(concurrency: number): void {
    this.#slots.resize(concurrency);
  }

  /**
   * Pushes a blob, or waits for another push that is at it.
   *
   * @param target Registry and repository in full.
   * @throws as `pushBlob`
   */
  async push(target: string, blob: Descriptor, context: PushContext): Promise<void> {
    const key = `${target}@${blob.digest}`;
    for (;;) {
      const running = this.#running.get(key);
      if (running === undefined) {
        await this.#begin(key, blob, context);
        return;
      }
      if ((await outcome(running, context.signal)) !== 'failed') {
        context.onEvent({ status: 'layer-exists', layer: blob.digest });
        return;
      }
      // The other one was stopped, or had other credentials: that says nothing of this one.
    }
  }

  async #begin(key: string, blob: Descriptor, context: PushContext): Promise<void> {
    const work = this.#slots.run(() => pushBlob(blob, context), context.signal);
    this.#running.set(key, work);
    try {
      await work;
    } finally {
      this.#running.delete(key);
    }
  }
}

/** Waits for somebody else's work, but not longer than until the signal. */
function outcome(
  running: Promise<PushedBlob>,
  signal: AbortSignal,
): Promise<PushedBlob | 'failed'> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const settle = (how: PushedBlob | 'failed'): void => {
      signal.removeEventListener('abort', stop);
      resolve(how);
    };
    running.then(settle, () => {
      settle('failed');
    });
  });
}
