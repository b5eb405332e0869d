import { AT_EMPTY_PATH, O_CLOEXEC, S_IFCHR, S_IFMT } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statDevice, statMode, statSize } from '../../syscall/tree/stat.ts';
import type { Destinations } from '../mounts/destinations.ts';
import { destinationDescriptor, nullDescriptor } from '../mounts/host-descriptors.ts';

/** makedev(1, 3). */
const nullNumber = 0x103;

/**
 * Holds the container's /dev/null, for masks and for empty standard input, and makes sure that it is the null device: by
 * its path it could be replaced by now, also by a link to what a mask is to hide (CVE-2025-31133). It is the node that was
 * just made, an inode of the container's own, so that nothing that is done to a mask reaches the host's.
 */
export function holdNullDevice(p: ProgramBuilder, destinations: Destinations): void {
  const status = p.reserve(statSize);
  const [differs, held] = [p.label(), p.label()];
  destinations.open('/dev/null');
  const label = 'hold /dev/null';
  p.call(label, 'newfstatat', [destinationDescriptor, p.string(''), status, AT_EMPTY_PATH]);
  const mode = p.load(32, p.compute('add', status, statMode));
  p.jumpIf('ne', p.compute('and', mode, S_IFMT), S_IFCHR, differs);
  p.jumpIf('eq', p.load(64, p.compute('add', status, statDevice)), nullNumber, held);
  p.place(differs);
  p.fail('hold /dev/null: it is not the null device', errnoNumber('ENODEV'));
  p.place(held);
  p.call(label, 'dup3', [destinationDescriptor, nullDescriptor, O_CLOEXEC]);
}
