import { posix } from 'node:path';
import { isBerthError } from '../../errors/berth-error.ts';
import { lstat, open, readdir } from '../../host/files.ts';
import { archiveEnd, encodeHeader, paddingFor } from '../../tar/write-header.ts';
import type { TarHeaderInput } from '../../tar/write-header.ts';
import { copyFailed } from './copy-error.ts';
import { HostAttributes } from './host-attributes.ts';
import { asBytes, linkTarget } from './host-path.ts';

/** What is packed; paths are latin1. */
export interface PackRequest {
  readonly path: string;
  /** The name of it in the archive. */
  readonly root: string;
  /** Told of content that was packed. */
  readonly onContent: (bytes: number) => void;
}

type Status = Awaited<ReturnType<typeof statusOf>>;

const statusOf = (path: string) => lstat(asBytes(path), { bigint: true });

const pieceBytes = 256 * 1024;

/**
 * Packs a file or a folder of this host with all in it, byte by byte in the order of names. Sockets are left out, as there is
 * no tar of them; of extended attributes a program's capabilities are packed (host-attributes.ts).
 *
 * @throws COPY_FAILED naming the file
 */
export async function* packHost(request: PackRequest): AsyncGenerator<Uint8Array, void> {
  /** The first name of each file that has several, by device and inode. */
  const firstNames = new Map<string, string>();
  const attributes = new HostAttributes();
  try {
    const waiting = await named(attributes, [{ path: request.path, name: request.root }]);
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { path, name } = next;
      try {
        const status = await statusOf(path);
        yield* packOne({ ...next, status, firstNames, onContent: request.onContent });
        if (!status.isDirectory()) continue;
        const inside = await readdir(asBytes(path), { encoding: 'buffer' });
        const names = inside.map((each) => each.toString('latin1')).sort();
        const files = names
          .reverse()
          .map((each) => ({ path: posix.join(path, each), name: `${name}/${each}` }));
        waiting.push(...(await named(attributes, files)));
      } catch (cause) {
        throw isBerthError(cause) ? cause : copyFailed(path, 'to read it', cause);
      }
    }
    yield archiveEnd;
  } finally {
    await attributes.close();
  }
}

/** What is to be packed. */
interface NamedFile {
  readonly path: string;
  readonly name: string;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

async function named(
  attributes: HostAttributes,
  files: readonly Omit<NamedFile, 'xattrs'>[],
): Promise<NamedFile[]> {
  const found = await attributes.ofFiles(files.map(({ path }) => path));
  return files.map((file, i) => ({ ...file, xattrs: found[i] ?? new Map() }));
}

interface PackedFile extends NamedFile {
  readonly status: Status;
  readonly firstNames: Map<string, string>;
  readonly onContent: PackRequest['onContent'];
}

async function* packOne(file: PackedFile): AsyncGenerator<Uint8Array, void> {
  const { path, name, status, xattrs, firstNames } = file;
  const common = { ...commonOf(name, status), xattrs };
  if (status.isDirectory()) {
    yield encodeHeader({ ...common, type: 'directory', name: `${name}/` });
  } else if (status.isSymbolicLink()) {
    yield encodeHeader({ ...common, type: 'symlink', linkName: await linkTarget(path) });
  } else if (status.isFIFO()) {
    yield encodeHeader({ ...common, type: 'fifo' });
  } else if (status.isCharacterDevice() || status.isBlockDevice()) {
    const type = status.isBlockDevice() ? 'block-device' : 'character-device';
    yield encodeHeader({ ...common, type, ...deviceOf(status.rdev) });
  } else if (status.isFile()) {
    const key = `${status.dev}:${status.ino}`;
    const linkName = firstNames.get(key);
    if (linkName !== undefined) {
      yield encodeHeader({ ...common, type: 'hard-link', linkName });
      return;
    }
    if (status.nlink > 1n) firstNames.set(key, name);
    const sizeBytes = Number(status.size);
    yield encodeHeader({ ...common, type: 'file', sizeBytes });
    yield* content(file, sizeBytes);
    yield paddingFor(sizeBytes);
  }
}

function commonOf(name: string, status: Status): Omit<TarHeaderInput, 'type'> {
  const nanoseconds = Number(((status.mtimeNs % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const seconds = Number((status.mtimeNs - BigInt(nanoseconds)) / 1_000_000_000n);
  return {
    name,
    mode: Number(status.mode) & 0o7777,
    uid: Number(status.uid),
    gid: Number(status.gid),
    mtime: { seconds, nanoseconds },
  };
}

/** Linux's numbers of a device, as glibc's gnu_dev_major(3) takes them apart. */
function deviceOf(rdev: bigint): { readonly deviceMajor: number; readonly deviceMinor: number } {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & ~0xffn);
  return { deviceMajor: Number(major), deviceMinor: Number(minor & 0xffff_ffffn) };
}

/** As many bytes as the header has promised: what is appended meanwhile is left out. */
async function* content(
  { path, onContent }: PackedFile,
  sizeBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const file = await open(asBytes(path));
  try {
    for (let left = sizeBytes; left > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes));
      const { bytesRead } = await file.read(piece, 0, piece.byteLength);
      if (bytesRead === 0) throw new Error(`it has become shorter by ${left} bytes`);
      left -= bytesRead;
      onContent(bytesRead);
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
