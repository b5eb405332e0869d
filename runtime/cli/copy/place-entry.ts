import { posix } from 'node:path';
import { chmod, link, lutimes, open, rename, rm, symlink, utimes } from '../../host/files.ts';
import { runProcess } from '../../host/run-process.ts';
import type { TarEntry } from '../../tar/tar-reader.ts';
import { refusedCopy } from './copy-error.ts';
import { shown } from './copy-path.ts';
import type { HostAttributes } from './host-attributes.ts';
import { asBytes } from './host-path.ts';

/** A time as utimes(2) of Node.js takes it. */
export function secondsOf({ seconds, nanoseconds }: TarEntry['mtime']): number {
  return seconds + nanoseconds / 1_000_000_000;
}

/** How `placeEntry` goes about it. */
export interface PlaceOptions {
  /** The file that a hard link leads to. */
  readonly target: string | undefined;
  readonly attributes: HostAttributes;
}

let temporaryNumber = 0;

/**
 * Makes one entry of an archive that is no folder: beside its place, and then there, so that it is seen whole or not at all.
 *
 * @param path in a folder that is there; latin1
 * @throws COPY_INVALID for a device that the caller may not make, or Node.js system errors
 */
export async function placeEntry(
  path: string,
  entry: TarEntry,
  { target, attributes }: PlaceOptions,
): Promise<void> {
  temporaryNumber += 1;
  const temporary = posix.join(posix.dirname(path), `.berth-${process.pid}-${temporaryNumber}`);
  try {
    if (target === undefined) await make(temporary, path, { entry, attributes });
    else await link(asBytes(target), asBytes(temporary));
    await rename(asBytes(temporary), asBytes(path));
  } finally {
    // It is still there after a failure, and where both were names of the same file (rename(2)).
    await rm(asBytes(temporary), { force: true });
  }
}

async function make(
  temporary: string,
  path: string,
  { entry, attributes }: { readonly entry: TarEntry; readonly attributes: HostAttributes },
): Promise<void> {
  const name = asBytes(temporary);
  const seconds = secondsOf(entry.mtime);
  if (entry.type === 'symlink') {
    await symlink(asBytes(entry.linkName), name);
    await lutimes(name, seconds, seconds);
    return;
  }
  if (entry.type === 'file') await writeContent(name, entry);
  else await makeNode(temporary, path, entry);
  await attributes.give(temporary, entry.xattrs);
  await chmod(name, entry.mode);
  await utimes(name, seconds, seconds);
}

async function writeContent(name: Buffer, { body }: TarEntry): Promise<void> {
  const file = await open(name, 'wx', 0o600);
  try {
    for await (const piece of body) await file.writeFile(piece);
  } finally {
    await file.close();
  }
}

/** Node.js has no mknod(2): coreutils' program makes pipes and devices. */
async function makeNode(temporary: string, path: string, entry: TarEntry): Promise<void> {
  const { type, deviceMajor, deviceMinor } = entry;
  const letter = type === 'fifo' ? 'p' : type === 'block-device' ? 'b' : 'c';
  const numbers = type === 'fifo' ? [] : [String(deviceMajor), String(deviceMinor)];
  const { exitCode, stderr } = await runProcess({
    program: 'mknod',
    args: [shown(temporary), letter, ...numbers],
    input: '',
    env: { PATH: process.env['PATH'] },
    errors: 'collect',
  });
  if (exitCode === 0) return;
  throw refusedCopy(
    `'${shown(path)}' is a device or a pipe and cannot be made here (${stderr.trim()})`,
    'Copy as root, or copy what is beside it.',
  );
}
