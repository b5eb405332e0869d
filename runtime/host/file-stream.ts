import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** Bytes of a file from a position to its end. The stream fails with a Node.js system error. */
export function fileStream(path: string, position: number): Readable {
  return createReadStream(path, { start: position });
}
