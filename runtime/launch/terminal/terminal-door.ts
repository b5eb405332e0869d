import { AT_FDCWD, O_NOFOLLOW } from '../../syscall/constants/fs.ts';
import { TIOCGPTN } from '../../syscall/constants/io.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { Destinations } from '../mounts/destinations.ts';
import { descriptorPath, destinationDescriptor } from '../mounts/host-descriptors.ts';

/** How the devpts of a container is reached. */
export interface TerminalDoor {
  /** Opens its multiplexer. */
  openMaster(label: string, flags: number): Ref;
  /** Opens the other end of a terminal by its name: before Linux 4.13 there is no TIOCGPTPEER. */
  openOtherEnd(label: string, flags: number, master: Ref): Ref;
}

/** Of a container that is being made: paths of the image are resolved inside its root. Its first terminal is number 0. */
export function destinationsDoor(p: ProgramBuilder, destinations: Destinations): TerminalDoor {
  const open = (path: string, label: string, flags: number): Ref => {
    destinations.open(path);
    const found = p.string(descriptorPath(destinationDescriptor));
    return p.call(label, 'openat', [AT_FDCWD, found, flags, 0]);
  };
  return {
    openMaster: (label, flags) => open('/dev/pts/ptmx', label, flags),
    openOtherEnd: (label, flags) => open('/dev/pts/0', label, flags),
  };
}

/** Of a running container that this process is in. */
export function runningDoor(p: ProgramBuilder): TerminalDoor {
  return {
    openMaster: (label, flags) =>
      p.call(label, 'openat', [AT_FDCWD, p.string('/dev/pts/ptmx'), O_NOFOLLOW.or(flags), 0]),
    openOtherEnd: (label, flags, master) => {
      const number = p.reserve(8);
      p.call('look up the end of the container', 'ioctl', [master, TIOCGPTN, number]);
      const path = numberedPath(p, { prefix: '/dev/pts/', number: p.value32(number), suffix: '' });
      return p.call(label, 'openat', [AT_FDCWD, path, O_NOFOLLOW.or(flags), 0]);
    },
  };
}
