import { appendFileSync, writeSync } from 'node:fs';
import { hasErrno } from './files.ts';

/** One millisecond of not being busy; nobody ever wakes it. */
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of a text to a descriptor before it returns. For programs that hand their standard streams on: Node.js' own
 * streams would put what they write to into non-blocking mode, for everybody who has it open.
 */
export function writeNow(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      // Somebody else has made it non-blocking, and its reader is slow.
      if (!hasErrno(error, 'EAGAIN')) throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/** Adds a text to the end of a file, with mode 0644 when it is new, before it returns. */
export function appendNow(path: string, text: string): void {
  appendFileSync(path, text, { mode: 0o644 });
}
