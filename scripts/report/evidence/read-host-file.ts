import { open, stat } from '../../../runtime/host/files.ts';
import type { KeptPart } from './kept-text.ts';

const chunkBytes = 65_536;

/**
 * The bytes of a file, in pieces; of one that is longer than `readBytes` only its beginning or its end. Anything but a
 * regular file is refused: a pipe or a device may never end.
 *
 * @throws Node.js system errors, and an error for what is no file.
 */
export async function* readHostFile(
  path: string,
  options: { readonly readBytes: number; readonly keep: KeptPart },
): AsyncGenerator<Uint8Array> {
  const info = await stat(path);
  if (!info.isFile()) throw new Error(`"${path}" is not a regular file`);
  const file = await open(path, 'r');
  try {
    let at = options.keep === 'end' ? Math.max(0, info.size - options.readBytes) : 0;
    // What a daemon goes on writing meanwhile is not waited for; files of /proc say that they have no length.
    const end = at + options.readBytes;
    while (at < end) {
      const buffer = Buffer.alloc(Math.min(chunkBytes, end - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
