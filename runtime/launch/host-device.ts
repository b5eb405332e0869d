import { posix } from 'node:path';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_CREAT,
  O_NOFOLLOW,
  O_PATH,
} from '../syscall/constants/fs.ts';
import { MS_BIND } from '../syscall/constants/mount.ts';
import { errnoNumber } from '../syscall/errno.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { statDevice, statSize } from '../syscall/tree/stat.ts';
import {
  descriptorPath,
  destinationDescriptor,
  nullDescriptor,
  spareDescriptor,
} from './host-descriptors.ts';

/** A device that is to be the host's own. */
interface HostDevice {
  readonly path: string;
  /** What errors call it. */
  readonly label: string;
  /** Its device number, as struct stat has it: the host may have another device there. */
  readonly number: number;
}

/**
 * Binds the host's device of the same path into the folder that is the current destination. The current folder is the
 * host's root. Its owner and mode are those that it has on the host.
 */
export function bindHostDevice(p: ProgramBuilder, { path, label: what, number }: HostDevice): void {
  const label = `bind ${what}, of the host`;
  const source = openAs(p, {
    descriptor: spareDescriptor,
    label,
    open: () => p.call(label, 'openat', [AT_FDCWD, p.string(path.slice(1)), O_PATH | O_CLOEXEC, 0]),
  });
  requireNumber(p, { number, label });

  const name = p.string(posix.basename(path));
  const create = [destinationDescriptor, name, O_NOFOLLOW.or(O_CREAT | O_CLOEXEC), 0o644];
  const made = p.call(label, 'openat', create, { onError: 'ignore' });
  p.call(label, 'close', [made], { onError: 'ignore' });
  const target = openAs(p, {
    descriptor: nullDescriptor,
    label,
    open: () => {
      const flags = O_NOFOLLOW.or(O_PATH | O_CLOEXEC);
      return p.call(label, 'openat', [destinationDescriptor, name, flags, 0]);
    },
  });
  p.call(label, 'mount', [p.string(source), p.string(target), 0, MS_BIND, 0]);
}

function openAs(
  p: ProgramBuilder,
  {
    descriptor,
    label,
    open,
  }: { readonly descriptor: number; readonly label: string; readonly open: () => Ref },
): string {
  const fd = open();
  p.call(label, 'dup3', [fd, descriptor, O_CLOEXEC]);
  p.call(label, 'close', [fd]);
  return descriptorPath(descriptor);
}

function requireNumber(
  p: ProgramBuilder,
  { number, label }: { readonly number: number; readonly label: string },
): void {
  const status = p.reserve(statSize);
  const same = p.label();
  p.call(label, 'newfstatat', [spareDescriptor, p.string(''), status, AT_EMPTY_PATH]);
  p.jumpIf('eq', p.load(64, p.compute('add', status, statDevice)), number, same);
  p.fail(`${label}: it has another number there`, errnoNumber('ENODEV'));
  p.place(same);
}
