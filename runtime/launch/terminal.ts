import { AT_FDCWD, O_CLOEXEC, O_NOCTTY, O_RDWR } from '../syscall/constants/fs.ts';
import { TIOCGPTPEER, TIOCSCTTY, TIOCSPTLCK, TIOCSWINSZ } from '../syscall/constants/io.ts';
import { MS_BIND } from '../syscall/constants/mount.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { makeMountFile } from './folders.ts';
import { sendDescriptor } from './sync-channel.ts';

/** What a new terminal needs to know. */
export interface TerminalOptions {
  readonly size: { readonly height: number; readonly width: number } | undefined;
  /** The user that will use it, and so owns it. */
  readonly uid: number;
  /** Where the other end goes. */
  readonly sync: Ref;
}

/**
 * Opens a pseudo-terminal of the container's own devpts, makes it the container's console and the controlling terminal,
 * and hands its other end to the monitor. Gives the container's end.
 *
 * pty(7), ioctl_tty(2); OCI runtime-spec 1.2.1, config-linux.md, "Default Devices": /dev/console.
 */
export function openTerminal(p: ProgramBuilder, { size, uid, sync }: TerminalOptions): Ref {
  const flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  const master = p.call('open a terminal', 'openat', [
    AT_FDCWD,
    p.string('/dev/pts/ptmx'),
    flags,
    0,
  ]);
  p.call('unlock the terminal', 'ioctl', [master, TIOCSPTLCK, p.reserve(8)]);
  const terminal = openOtherEnd(p, master, flags);
  if (size) {
    const winsize = Buffer.from(Uint16Array.of(size.height, size.width, 0, 0).buffer);
    p.call('set the size of the terminal', 'ioctl', [master, TIOCSWINSZ, p.bytes(winsize)]);
  }
  p.call('give the terminal to its user', 'fchown', [terminal, uid, -1]);
  makeMountFile(p, '/dev/console');
  // The first terminal of a new devpts is number 0.
  p.call('mount the console', 'mount', [
    p.string('/dev/pts/0'),
    p.string('/dev/console'),
    0,
    MS_BIND,
    0,
  ]);
  p.call('take the controlling terminal', 'ioctl', [terminal, TIOCSCTTY, 0]);
  sendDescriptor(p, sync, master);
  p.call('close the other end of the terminal', 'close', [master]);
  return terminal;
}

function openOtherEnd(p: ProgramBuilder, master: Ref, flags: number): Ref {
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
  p.set(
    terminal,
    p.call('open /dev/pts/0', 'openat', [AT_FDCWD, p.string('/dev/pts/0'), flags, 0]),
  );
  p.place(opened);
  return p.value(terminal);
}
