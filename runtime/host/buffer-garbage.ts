import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

/** So much garbage is worth a collection of the young generation, which takes less than a millisecond. */
const worthCollectingBytes = 4 * 1024 * 1024;

let garbageBytes = 0;
let collect: Collect | undefined;

/**
 * Tells of buffers that nobody needs any more. V8 collects by what is on its heap; the bytes of buffers are not, so that
 * at the speed of a good network tens of megabytes of them would pile up. Here they are collected as they come.
 */
export function discardedBuffers(byteCount: number): void {
  garbageBytes += byteCount;
  if (garbageBytes < worthCollectingBytes) return;
  garbageBytes = 0;
  collect ??= loadCollector();
  collect({ type: 'minor' });
}

/** V8's collector is no part of the language: its flag puts it into contexts that are made from then on. */
function loadCollector(): Collect {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as Collect;
}
