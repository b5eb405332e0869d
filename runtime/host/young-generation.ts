import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

/** So much garbage is worth a collection of the young generation, which takes less than a millisecond. */
const worthCollectingBytes = 4 * 1024 * 1024;

/** After so long without an answer the next request is not expected at once. */
const quietMs = 10;

let garbageBytes = 0;
let collector: Collect | undefined;
let pause: NodeJS.Timeout | undefined;

/**
 * Tells of buffers that nobody needs any more. V8 collects by what is on its heap; the bytes of buffers are not, so that
 * at the speed of a good network tens of megabytes of them would pile up. Here they are collected as they come.
 */
export function discardedBuffers(byteCount: number): void {
  garbageBytes += byteCount;
  if (garbageBytes >= worthCollectingBytes) collectYoung();
}

/**
 * Tells that somebody has been answered. V8 collects when its nursery is full, which is in the middle of something: one that is emptied
 * whenever nobody waits has room for most of what a `docker run` makes.
 */
export function collectInPause(): void {
  pause ??= setTimeout(collectYoung, quietMs).unref();
  pause.refresh();
}

function collectYoung(): void {
  garbageBytes = 0;
  collector ??= loadCollector();
  collector({ type: 'minor' });
}

/** V8's collector is no part of the language: its flag puts it into contexts that are made from then on. */
function loadCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
