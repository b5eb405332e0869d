import { basename, dirname } from 'node:path';
import { AT_FDCWD, LOCK_EX, O_CLOEXEC } from '../../syscall/constants/fs.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import type { Launcher } from '../../syscall/launcher.ts';
import type { Address, Value } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statSize } from '../../syscall/tree/stat.ts';

/** `st_ino` in struct stat, on both architectures. */
const inodeAt = 8;

/** A file of a log that was compressed. */
export interface CompressedLog {
  /** The newest file of the log; the compressed one is beside it. */
  readonly log: string;
  /** The file that it was made of, whatever number it has by now. */
  readonly inode: bigint;
  /** What was made of it. */
  readonly compressed: string;
  /** The highest number that a file can have. */
  readonly lastNumber: number;
}

/**
 * Puts a compressed file in the place of what it was made of. Nobody renames files of the log meanwhile
 * (monitor/log-rotation.ts). When the original is gone by then, so is the compressed one afterwards.
 */
export async function adoptCompressedLog(
  launcher: Launcher,
  { log, inode, compressed, lastNumber }: CompressedLog,
): Promise<void> {
  const p = new ProgramBuilder(`compress ${log}`);
  const folder = p.call('open the log folder', 'openat', [
    AT_FDCWD,
    p.string(dirname(log)),
    O_CLOEXEC,
    0,
  ]);
  p.call('lock the log folder', 'flock', [folder, LOCK_EX]);
  const [again, next, gone, done] = [p.label(), p.label(), p.label(), p.label()];
  const number = p.value(p.reserve(8));
  const status = p.reserve(statSize);
  const path = (value: Value, suffix: string): Address =>
    numberedPath(p, { prefix: `${basename(log)}.`, number: value, suffix });
  p.set(number, 1);
  p.place(again);
  p.jumpIf('lt', lastNumber, number, gone);
  const original = path(number, '');
  p.call('look at a log file', 'newfstatat', [folder, original, status, 0], { onError: next });
  p.jumpIf('ne', p.value(status.at(inodeAt)), inode, next);
  const from = p.string(basename(compressed));
  p.call('rename', 'renameat', [folder, from, folder, path(number, '.gz')]);
  p.call('remove the original', 'unlinkat', [folder, original, 0]);
  p.jump(done);
  p.place(next);
  p.set(number, p.compute('add', number, 1));
  p.jump(again);
  p.place(gone);
  p.call('remove', 'unlinkat', [folder, p.string(basename(compressed)), 0], { onError: 'ignore' });
  p.place(done);
  await launcher.run(p);
}
