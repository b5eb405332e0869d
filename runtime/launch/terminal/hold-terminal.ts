import { O_CLOEXEC, O_NOCTTY, O_RDWR } from '../../syscall/constants/fs.ts';
import { TIOCGPTPEER } from '../../syscall/constants/io.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/**
 * Opens the container's end of a terminal, so that the other end never says EIO, which it does as soon as nobody has the
 * container's end open. That is not the end of the output: a program may close its terminal and open it again, as each
 * `echo >/dev/console` does. And what is written and closed between the kernel's looks for output and for that end is still
 * to be read after EIO (Linux 6.18, n_tty_read). Without TIOCGPTPEER (before Linux 4.13) it stays as it is.
 *
 * pty(7), ioctl_tty(2).
 */
export function holdTerminal(p: ProgramBuilder, master: Ref): void {
  p.call('hold the terminal open', 'ioctl', [master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC], {
    onError: 'ignore',
  });
}
