import {
  DEVPTS_SUPER_MAGIC,
  O_CLOEXEC,
  O_NOCTTY,
  O_RDWR,
  STATFS_SIZE,
} from '../../syscall/constants/fs.ts';
import { TIOCGPTPEER, TIOCSCTTY, TIOCSPTLCK, TIOCSWINSZ } from '../../syscall/constants/io.ts';
import { MS_BIND } from '../../syscall/constants/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { writeBareLines } from './bare-lines.ts';
import type { Destinations } from '../mounts/destinations.ts';
import {
  descriptorPath,
  destinationDescriptor,
  spareDescriptor,
} from '../mounts/host-descriptors.ts';
import { sendDescriptor } from '../channels/sync-channel.ts';
import type { TerminalDoor } from './terminal-door.ts';

/** What a new terminal needs to know. */
export interface TerminalOptions {
  readonly size: { readonly height: number; readonly width: number } | undefined;
  /** The user that will use it, and so owns it. */
  readonly uid: number;
  /** Where the other end goes. */
  readonly sync: Ref;
  readonly door: TerminalDoor;
  /** See `writeBareLines`; absent where that is done later, or not at all. */
  readonly output?: Ref | undefined;
}

/**
 * Opens a pseudo-terminal of the container's own devpts, makes it the controlling terminal, and hands its other end to
 * whoever forked the process. Gives the container's end.
 *
 * pty(7), ioctl_tty(2).
 */
export function openTerminal(
  p: ProgramBuilder,
  { size, uid, sync, door, output }: TerminalOptions,
): Ref {
  const flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  const label = 'open a terminal';
  const master = door.openMaster(label, flags);
  requireDevpts(p, master);
  p.call('unlock the terminal', 'ioctl', [master, TIOCSPTLCK, p.reserve(8)]);
  const terminal = openOtherEnd(p, { master, flags, door });
  if (size) {
    const winsize = Buffer.from(Uint16Array.of(size.height, size.width, 0, 0).buffer);
    p.call('set the size of the terminal', 'ioctl', [master, TIOCSWINSZ, p.bytes(winsize)]);
  }
  p.call('give the terminal to its user', 'fchown', [terminal, uid, -1]);
  p.call('take the controlling terminal', 'ioctl', [terminal, TIOCSCTTY, 0]);
  if (output) writeBareLines(p, master, output);
  sendDescriptor(p, sync, master);
  p.call('close the other end of the terminal', 'close', [master]);
  return terminal;
}

/** What is opened must be a terminal of a devpts, whatever an image or a container has in its place (CVE-2025-52565). */
function requireDevpts(p: ProgramBuilder, fd: Ref): void {
  const fileSystem = p.reserve(STATFS_SIZE);
  const isDevpts = p.label();
  p.call('look at the terminal', 'fstatfs', [fd, fileSystem]);
  p.jumpIf('eq', p.value(fileSystem), DEVPTS_SUPER_MAGIC, isDevpts);
  p.fail('open a terminal: what is there is not devpts', errnoNumber('ENODEV'));
  p.place(isDevpts);
}

/**
 * Binds the terminal to /dev/console: the very one that was opened, by its descriptor, to a file without a link on its
 * way. A name that is looked up again, in a folder that somebody else can change, could be of anything by then, and this
 * is mounted before the masks are (CVE-2025-52565). OCI runtime-spec 1.2.1, config-linux.md, "Default Devices".
 */
export function mountConsole(p: ProgramBuilder, terminal: Ref, destinations: Destinations): void {
  const label = 'mount the console';
  p.call(label, 'dup3', [terminal, spareDescriptor, O_CLOEXEC]);
  destinations.open('/dev/console', { make: 'file', links: 'refuse' });
  const [source, target] = [descriptorPath(spareDescriptor), descriptorPath(destinationDescriptor)];
  p.call(label, 'mount', [p.string(source), p.string(target), 0, MS_BIND, 0]);
}

function openOtherEnd(
  p: ProgramBuilder,
  {
    master,
    flags,
    door,
  }: { readonly master: Ref; readonly flags: number; readonly door: TerminalDoor },
): Ref {
  const terminal = p.reserve(8);
  const [byName, opened] = [p.label(), p.label()];
  p.set(
    terminal,
    p.call('open the end of the container', 'ioctl', [master, TIOCGPTPEER, flags], {
      onError: byName,
    }),
  );
  p.jump(opened);
  // Before Linux 4.13 there is no TIOCGPTPEER.
  p.place(byName);
  p.set(terminal, door.openOtherEnd('open the end of the container', flags, master));
  requireDevpts(p, p.value(terminal));
  p.place(opened);
  return p.value(terminal);
}
