import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { cp, mkdir, open, stat } from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';

/**
 * Unpacks a bundle into the new folder `to`, without the folder that everything in the archive is in.
 *
 * @param source The archive, or a folder where it is unpacked already.
 * @throws BerthError BUNDLE_CORRUPT for what is no archive of a bundle; errors of the file system as they are
 */
export async function unpackBundle(source: string, to: string): Promise<void> {
  if ((await stat(source)).isDirectory()) {
    await cp(source, to, { recursive: true, verbatimSymlinks: true });
    return;
  }
  await mkdir(to);
  const file = await open(source, 'r');
  const entries = extract();
  const fed = pipeline(file.createReadStream(), createGunzip(), entries);
  const unpacked = (async () => {
    for await (const entry of entries) {
      const { name, type, mode } = entry.header;
      if (type === 'file') {
        const path = join(to, placeOf(name, source));
        await makeFolders(dirname(path));
        const target = await open(path, 'wx', mode & 0o755);
        await pipeline(entry, target.createWriteStream({ flush: true }));
      } else {
        entry.resume();
      }
    }
  })();
  const [result] = (await Promise.allSettled([fed, unpacked])).filter(
    ({ status }) => status === 'rejected',
  );
  if (result?.status === 'rejected') throw asCorrupt(result.reason, source);
}

/** Path of an entry below the bundle's folder. @throws BerthError BUNDLE_CORRUPT for one that leads out of it */
function placeOf(name: string, source: string): string {
  const path = normalize(name.split('/').slice(1).join('/'));
  if (path !== '.' && !path.startsWith('..') && !path.startsWith('/')) return path;
  throw new BerthError('BUNDLE_CORRUPT', {
    message: m.entryOutside({ name, source }),
    remedy: m.archiveRemedy(),
  });
}

/** zlib's and tar's complaints are about the archive, those with an errno about the disk. */
function asCorrupt(error: unknown, source: string): unknown {
  if (error instanceof BerthError) return error;
  if (error instanceof Error && 'errno' in error && 'syscall' in error) return error;
  return new BerthError('BUNDLE_CORRUPT', {
    message: m.archiveUnreadable({ source, problem: messageOf(error) }),
    remedy: m.archiveRemedy(),
    cause: error,
  });
}
