import { basename } from 'node:path';
import {
  AT_FDCWD,
  LOCK_EX,
  LOCK_UN,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
} from '../../syscall/constants/fs.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { LogRotation } from './log-request.ts';

/** The log as it is open. */
export interface OpenLog {
  /** Replaced by rotation. */
  readonly file: Ref;
  /** The folder it is in; rotation needs it. */
  readonly folder: Ref;
  readonly path: string;
}

/** Opens the log and its folder. */
export function openLog(p: ProgramBuilder, path: string): OpenLog {
  const folderPath = p.string(path.slice(0, path.lastIndexOf('/') + 1) || '.');
  const folder = p.call(`open the folder of ${path}`, 'openat', [
    AT_FDCWD,
    folderPath,
    O_CLOEXEC,
    0,
  ]);
  const flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  const file = p.call(`open the log ${path}`, 'openat', [AT_FDCWD, p.string(path), flags, 0o640]);
  return { file, folder, path };
}

/**
 * Adds the steps that begin a new file: the older ones move up by one, and the oldest goes. When there is no room for a new
 * file nothing moves, and the old one grows. For a moment no file has the newest one's name.
 */
export function rotateLog(p: ProgramBuilder, log: OpenLog, rotation: LogRotation): void {
  const name = basename(log.path);
  const fresh = p.string(`${name}.new`);
  const current = p.string(name);
  const kept = p.label();
  const flags = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC;
  const file = p.call('begin a log file', 'openat', [log.folder, fresh, flags, 0o640], {
    onError: kept,
  });
  if (rotation.older === 'gzip')
    p.call('lock the log folder', 'flock', [log.folder, LOCK_EX], { onError: 'ignore' });
  if (rotation.maxFiles > 1) {
    moveUp(p, { folder: log.folder, name, rotation });
    rename(p, log.folder, { from: current, to: p.string(`${name}.1`) });
  }
  rename(p, log.folder, { from: fresh, to: current });
  if (rotation.older === 'gzip')
    p.call('unlock the log folder', 'flock', [log.folder, LOCK_UN], { onError: 'ignore' });
  p.call('close the former log file', 'close', [log.file], { onError: 'ignore' });
  p.set(log.file, file);
  p.place(kept);
}

/** From the oldest to the newest, `.n` becomes `.n+1`. */
function moveUp(
  p: ProgramBuilder,
  { folder, name, rotation }: { folder: Ref; name: string; rotation: LogRotation },
): void {
  const suffixes = rotation.older === 'gzip' ? ['', '.gz'] : [''];
  const last = rotation.maxFiles - 1;
  // An older one of the other kind would stay beside the one that takes its number.
  for (const suffix of suffixes)
    p.call(
      'remove the oldest log file',
      'unlinkat',
      [folder, p.string(`${name}.${last}${suffix}`), 0],
      {
        onError: 'ignore',
      },
    );
  if (last < 2) return;
  const number = p.value(p.reserve(8));
  const again = p.label();
  p.set(number, last - 1);
  p.place(again);
  for (const suffix of suffixes) {
    const path = (value: Value): Address =>
      numberedPath(p, { prefix: `${name}.`, number: value, suffix });
    rename(p, folder, { from: path(number), to: path(p.compute('add', number, 1)) });
  }
  p.set(number, p.compute('sub', number, 1));
  p.jumpIf('lt', 0, number, again);
}

function rename(
  p: ProgramBuilder,
  folder: Ref,
  { from, to }: { readonly from: Address; readonly to: Address },
): void {
  p.call('rename a log file', 'renameat', [folder, from, folder, to], { onError: 'ignore' });
}
