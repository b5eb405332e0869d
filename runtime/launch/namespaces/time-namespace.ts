import { offsetClocks, type TimeOffsets } from '../../spec/time-offsets.ts';
import { CLONE_NEWTIME } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { writeHostProcFile } from './host-proc-file.ts';

/**
 * Makes a time namespace with its offsets, and enters it (time_namespaces(7), Linux 5.6).
 *
 * unshare(2) makes it for children only, and the offsets can be set as long as nobody is inside; so the process, which
 * has no children, joins it afterwards by its name under /proc. (Since Linux 6.1 execve(2) would take it there as well.)
 * It still is the user that forked it: root of a new user
 * namespace owns neither its files under /proc nor those of the host.
 */
export function enterTimeNamespace(p: ProgramBuilder, offsets: TimeOffsets = {}): void {
  p.call('make the time namespace', 'unshare', [CLONE_NEWTIME]);
  const lines = offsetLines(offsets);
  if (lines !== '') {
    writeHostProcFile(p, {
      label: `set linux.timeOffsets to ${lines.trimEnd().replaceAll('\n', ', ')}`,
      proc: '/proc',
      files: ['self/timens_offsets'],
      value: lines,
    });
  }
  const label = 'enter the time namespace';
  const path = p.string('/proc/self/ns/time_for_children');
  const fd = p.call(label, 'openat', [AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0]);
  p.call(label, 'setns', [fd, CLONE_NEWTIME]);
  p.call(label, 'close', [fd]);
}

/** Lines of /proc/self/timens_offsets; the kernel takes them in one write only. */
function offsetLines(offsets: TimeOffsets): string {
  return offsetClocks
    .map((clock) => {
      const offset = offsets[clock];
      return offset ? `${clock} ${offset.secs} ${offset.nanosecs}\n` : '';
    })
    .join('');
}
