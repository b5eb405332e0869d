import { F_DUPFD_CLOEXEC, F_SETFL, O_NONBLOCK } from '../../syscall/constants/fs.ts';
import { failureSize } from '../../syscall/layout.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { passFailureOn } from '../channels/pass-failure-on.ts';
import type { MonitorStreams } from '../process/streams.ts';
import { receiveMessage, type SyncChannel } from '../channels/sync-channel.ts';

/** Waits for the other end of the terminal that a forked process opens, or passes its failure on. */
export function takeOverTerminal(
  p: ProgramBuilder,
  { child, sync }: { readonly child: Ref; readonly sync: SyncChannel },
): MonitorStreams {
  const received = p.label();
  const buffer = p.reserve(failureSize);
  const { length, descriptor } = receiveMessage(p, sync.parent, { buffer, size: failureSize });
  p.jumpIf('eq', length, 1, received);
  passFailureOn(p, { child, buffer, length });
  p.place(received);
  p.call('make the terminal non-blocking', 'fcntl', [descriptor, F_SETFL, O_NONBLOCK]);
  // Input has a descriptor of its own: output closes its when nobody has the terminal open any more.
  const input = p.call('duplicate the terminal', 'fcntl', [descriptor, F_DUPFD_CLOEXEC, 0]);
  return { stdin: input, stdout: descriptor, stderr: -1 };
}
