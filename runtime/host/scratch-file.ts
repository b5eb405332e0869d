import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { pid } from 'node:process';
import { join } from 'node:path';

/** Folders in memory come first; none of them has to be there but the last. */
const folders = ['/dev/shm', '/run', '/tmp'];

/** A file without a name, for bytes that another process is to map. It is gone when it is closed, or with this process. */
export interface ScratchFile {
  readonly fd: number;
  /** Absolute path under which other processes can open it while it is open here. */
  readonly path: string;
  close(): void;
}

/** Opens an empty scratch file for reading and writing, in memory where that is possible. */
export function openScratchFile(): ScratchFile {
  const problems: unknown[] = [];
  for (const folder of folders) {
    try {
      const fd = openUnnamed(folder);
      return {
        fd,
        path: `/proc/${pid}/fd/${fd}`,
        close: () => {
          closeSync(fd);
        },
      };
    } catch (problem) {
      problems.push(problem);
    }
  }
  throw new AggregateError(problems, `no file can be made in any of "${folders.join('", "')}"`);
}

function openUnnamed(folder: string): number {
  const temporary = mkdtempSync(join(folder, 'berth-scratch-'));
  try {
    return openSync(join(temporary, 'file'), 'wx+', 0o600);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Writes all of `bytes` at a place of an open file, at once: for files in memory, and threads that may wait. */
export function writeAt(fd: number, bytes: Uint8Array, position: number): void {
  for (let written = 0; written < bytes.byteLength;) {
    written += writeSync(fd, bytes, written, bytes.byteLength - written, position + written);
  }
}

/** Reads up to `length` bytes from a place of an open file into the beginning of `buffer`; how many were there. */
export function readAt(
  fd: number,
  buffer: Uint8Array,
  { length, position }: { readonly length: number; readonly position: number },
): number {
  return readSync(fd, buffer, 0, length, position);
}
