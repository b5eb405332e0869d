import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import {
  hasErrno,
  listFolder,
  lstat,
  open,
  orIfMissing,
  readFile,
  readlink,
  realpath,
  removeFile,
  writeFileWhole,
} from '../../runtime/host/files.ts';

/** A file as it was: enough to put it back byte for byte. */
export const fileState = z.discriminatedUnion('type', [
  z.object({ type: z.literal('absent') }),
  z.object({
    type: z.literal('file'),
    bytes: z.base64(),
    /** Permission bits. */
    mode: z.int().nonnegative(),
    uid: z.int().nonnegative(),
    gid: z.int().nonnegative(),
  }),
]);

/** A file as it was, or its absence. */
export type FileState = z.infer<typeof fileState>;

/**
 * The file that a path leads to, links followed, whether it exists or not. Replacing a link by a file would take a
 * configuration away from whoever manages the link's target.
 */
export async function resolveLinks(path: string): Promise<string> {
  const real = await orIfMissing(realpath(path), undefined);
  if (real !== undefined) return real;
  const info = await orIfMissing(lstat(path), undefined);
  return info?.isSymbolicLink() === true ? resolve(dirname(path), await readlink(path)) : path;
}

/** Reads a file's bytes, mode and owner. Throws PATH_IN_THE_WAY when something else than a file is there. */
export async function readFileState(path: string): Promise<FileState> {
  const info = await orIfMissing(lstat(path), undefined);
  if (info === undefined) return { type: 'absent' };
  if (!info.isFile()) {
    throw new BerthError('PATH_IN_THE_WAY', {
      message: m.notFile({ path }),
      remedy: m.lookAndMove({ path }),
      details: { path },
    });
  }
  const bytes = await readFile(path);
  return {
    type: 'file',
    bytes: bytes.toString('base64'),
    mode: info.mode & 0o7777,
    uid: info.uid,
    gid: info.gid,
  };
}

/**
 * Puts a file back as it was and removes what a killed write may have left beside it. On a full disk it throws ENOSPC and
 * leaves what is there, rather than a part of the old bytes.
 */
export async function restoreFileState(path: string, state: FileState): Promise<void> {
  await removeTemporaries(path);
  // Nothing is touched that is right already: the file system may be read-only, which is why the step had failed.
  if (summariseFileState(await readFileState(path)) === summariseFileState(state)) return;
  if (state.type === 'absent') {
    await removeFile(path);
    return;
  }
  const bytes = Buffer.from(state.bytes, 'base64');
  const options = {
    mode: state.mode,
    owner: { uid: state.uid, gid: state.gid },
    durability: 'disk',
  } as const;
  try {
    await writeFileWhole(path, bytes, options);
  } catch (error) {
    const room = ((await orIfMissing(lstat(path), undefined))?.blocks ?? 0) * 512;
    if (!hasErrno(error, 'ENOSPC', 'EDQUOT') || room < bytes.length) throw error;
    await rewriteInPlace(path, bytes, options);
  }
}

/** Where old and new do not fit side by side: the blocks of the new file take the old bytes, which are in the journal. */
async function rewriteInPlace(
  path: string,
  bytes: Uint8Array,
  options: {
    readonly mode: number;
    readonly owner: { readonly uid: number; readonly gid: number };
  },
): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, 0);
    await file.truncate(bytes.length);
    await file.chmod(options.mode);
    await file.chown(options.owner.uid, options.owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** `writeFileWhole` names its temporary `<file>.<pid>-<n>.tmp`; one that was killed leaves it. */
async function removeTemporaries(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  for (const name of await listFolder(folder)) {
    if (name.startsWith(prefix) && /^\d+-\d+\.tmp$/.test(name.slice(prefix.length))) {
      await removeFile(join(folder, name));
    }
  }
}

/** A file's state in few words: equal text means equal bytes, mode and owner. */
export function summariseFileState(state: FileState): string {
  if (state.type === 'absent') return 'absent';
  const digest = createHash('sha256').update(Buffer.from(state.bytes, 'base64')).digest('hex');
  return `sha256:${digest} ${state.mode.toString(8)} ${state.uid}:${state.gid}`;
}

/** The text of a captured file; empty when there was none. */
export function textOf(state: FileState): string {
  return state.type === 'absent' ? '' : Buffer.from(state.bytes, 'base64').toString('utf8');
}
