import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * Opens one end of a pipe by its path, such as `/proc/<pid>/fd/<n>` of a process that has it open (proc_pid_fd(5)): the
 * way to be connected with another process without a name in the file system.
 */
export function openPipe(path: string, end: 'read' | 'write'): Socket {
  const isRead = end === 'read';
  const flags = constants.O_NONBLOCK | (isRead ? constants.O_RDONLY : constants.O_WRONLY);
  return new Socket({ fd: openSync(path, flags), readable: isRead, writable: !isRead });
}
