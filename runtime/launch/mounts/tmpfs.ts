import { AT_EMPTY_PATH, AT_FDCWD } from '../../syscall/constants/fs.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';
import { destinationDescriptor } from './host-descriptors.ts';

/**
 * Gives a tmpfs that names no mode the one of the folder that it covers, as runc does: /tmp stays everybody's, and a
 * private folder private. A folder that was only made for it leaves tmpfs' own, 1777.
 */
export function keepMode(p: ProgramBuilder, path: string, made: Ref): void {
  const status = p.reserve(statSize);
  const keep = p.label();
  p.jumpIf('ne', made, 0, keep);
  const label = 'keep the mode of a folder';
  p.call(label, 'newfstatat', [destinationDescriptor, p.string(''), status, AT_EMPTY_PATH]);
  const mode = p.compute('and', p.load(32, p.compute('add', status, statMode)), 0o7777);
  p.call(label, 'fchmodat', [AT_FDCWD, p.string(path), mode]);
  p.place(keep);
}
