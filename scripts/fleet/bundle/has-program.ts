import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { fileStream } from '../../../runtime/host/file-stream.ts';

/**
 * Whether an archive has berth in it, where a host looks for it: as `bin/berth` below the folder that everything is in.
 * Reads no further than to there. Throws errors of the file system, of gzip and of tar.
 */
export async function hasProgram(path: string): Promise<boolean> {
  const entries = extract();
  const fed = pipeline(fileStream(path, 0), createGunzip(), entries);
  // Its failure comes out of the entries, too; leaving early is no failure.
  fed.catch(() => undefined);
  for await (const entry of entries) {
    if (entry.header.type === 'file' && /^(?:\.\/)?[^/]+\/bin\/berth$/.test(entry.header.name)) {
      return true;
    }
    entry.resume();
  }
  return false;
}
