import type { Writable } from 'node:stream';

/**
 * Writes, and waits while the other side is slow, so that nothing piles up in memory. Resolves without an error when
 * the stream closes or the signal is aborted.
 */
export async function writeFully(
  stream: Writable,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  if (stream.destroyed || stream.writableEnded || stream.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted || stream.destroyed) done();
  });
}
