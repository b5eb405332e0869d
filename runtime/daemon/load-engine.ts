import type { Clock } from '../host/clock.ts';
import type { DaemonOptions } from './start-daemon.ts';

/** What takes longest to load, one after the other, before the engine itself. */
const parts: readonly (() => Promise<unknown>)[] = [
  () => import('zod'),
  () => import('find-my-way'),
  () => import('pino'),
  () => import('../launch/container-runtime.ts'),
  () => import('../image/images.ts'),
  () => import('../container/engine.ts'),
];

/** Long enough for whoever polls the socket to come by: before the first part, and between the others. */
const firstPauseMs = 10;
const pauseMs = 2;

/**
 * Loads the engine in pieces, and lets connections in between them: loading a module keeps the process busy for as long
 * as it takes, and a client that has connected meanwhile would get no answer to its ping.
 */
export async function loadEngine(clock: Clock): Promise<(options: DaemonOptions) => Promise<void>> {
  await clock.sleep(firstPauseMs);
  for (const part of parts) {
    await part();
    await clock.sleep(pauseMs);
  }
  return (await import('./start-daemon.ts')).startDaemon;
}
