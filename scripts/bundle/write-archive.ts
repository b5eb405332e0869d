import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { hasErrno, open, removeFile, rename, stat, syncFolder } from '../../runtime/host/files.ts';
import { inOrder, modeOf, type BundleFile } from './bundle-file.ts';

/** Above 6 it takes twice as long and is half a percent smaller. */
const compressionLevel = 6;

/** An archive that was written. */
export interface WrittenArchive {
  readonly path: string;
  /** `sha256:<hex>` of the file. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** An archive to write. */
export interface ArchiveRequest {
  readonly files: readonly BundleFile[];
  /** Folder that everything is in. */
  readonly folder: string;
  /** Time of every entry, in seconds since 1970-01-01 UTC. */
  readonly sourceDateEpoch: number;
  /** A shell script in front of the archive, which unpacks what comes behind it. */
  readonly head?: Buffer;
  readonly to: string;
}

/**
 * Writes a tar.gz that depends on nothing but its files: entries by name, owned by root, one time for all, no time in the
 * gzip header. It appears whole or not at all.
 *
 * @throws BerthError OUTPUT_NOT_WRITTEN, also for a full disk.
 */
export async function writeArchive(request: ArchiveRequest): Promise<WrittenArchive> {
  const temporary = `${request.to}.${process.pid}.tmp`;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measured = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(undefined, chunk);
    },
  });
  try {
    const mode = request.head === undefined ? 0o644 : 0o755;
    const file = await open(temporary, 'wx', mode).catch((cause: unknown) => {
      throw notWritten(request.to, cause);
    });
    const archive = pack();
    const filled = fill(archive, request);
    const sink = file.createWriteStream({ flush: true });
    if (request.head !== undefined) measured.write(request.head);
    await Promise.all([
      filled,
      pipeline(archive, createGzip({ level: compressionLevel }), measured, sink),
    ]);
    await rename(temporary, request.to);
  } catch (error) {
    await removeFile(temporary);
    throw hasErrno(error, ...unwritable) ? notWritten(request.to, error) : error;
  }
  syncFolder(dirname(request.to));
  return { path: request.to, digest: `sha256:${hash.digest('hex')}`, sizeBytes };
}

/** What the disk says, in the middle of an archive, of what is written to it. */
const unwritable = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'];

function notWritten(path: string, cause: unknown): BerthError {
  return new BerthError('OUTPUT_NOT_WRITTEN', {
    message: m.archiveNotWritten({ path, why: messageOf(cause) }),
    remedy: m.archiveNotWrittenRemedy(),
    details: { path },
    cause,
  });
}

async function fill(archive: Pack, request: ArchiveRequest): Promise<void> {
  const common = {
    mtime: new Date(request.sourceDateEpoch * 1000),
    uid: 0,
    gid: 0,
    uname: 'root',
    gname: 'root',
  };
  try {
    const folders = new Set<string>();
    for (const { path, kind, content } of inOrder(request.files)) {
      for (const name of foldersOf(`${request.folder}/${path}`)) {
        if (folders.has(name)) continue;
        folders.add(name);
        archive.entry({ ...common, name: `${name}/`, type: 'directory', mode: 0o755 });
      }
      const header = { ...common, name: `${request.folder}/${path}`, mode: modeOf(kind) };
      await add(archive, header, content);
    }
    archive.finalize();
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

function foldersOf(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

async function add(
  archive: Pack,
  header: { readonly name: string; readonly mode: number },
  content: BundleFile['content'],
): Promise<void> {
  if (Buffer.isBuffer(content)) {
    await new Promise<void>((resolve, reject) => {
      archive.entry({ ...header }, content, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    return;
  }
  const { size } = await stat(content.path);
  const file = await open(content.path, 'r');
  await pipeline(file.createReadStream(), archive.entry({ ...header, size }));
}
