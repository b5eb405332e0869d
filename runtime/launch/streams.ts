import {
  AT_FDCWD,
  F_SETFL,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
} from '../syscall/constants/fs.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { openTerminal, type TerminalOptions } from './terminal.ts';

/** The container's ends of its standard streams. */
export type ContainerStreams =
  | { readonly kind: 'terminal' }
  | {
      readonly kind: 'pipes';
      /** `undefined`: /dev/null. */
      readonly stdin: Ref | undefined;
      readonly stdout: Ref;
      readonly stderr: Ref;
    };

/** The monitor's ends; -1 for one that there is not (yet). */
export interface MonitorStreams {
  readonly stdin: Ref | -1;
  readonly stdout: Ref | -1;
  readonly stderr: Ref | -1;
}

/** Both ends of the streams, made before the container is forked. */
export interface Streams {
  readonly container: ContainerStreams;
  readonly monitor: MonitorStreams;
}

/** Makes the pipes; a terminal is opened by the container itself, in its own devpts. */
export function openStreams(
  p: ProgramBuilder,
  { terminal, stdin }: { readonly terminal: boolean; readonly stdin: 'none' | 'open' },
): Streams {
  if (terminal) {
    return { container: { kind: 'terminal' }, monitor: { stdin: -1, stdout: -1, stderr: -1 } };
  }
  const input = stdin === 'open' ? pipe(p, 'standard input') : undefined;
  const output = pipe(p, 'standard output');
  const error = pipe(p, 'standard error');
  for (const end of [input?.write, output.read, error.read]) {
    if (end) p.call('make a pipe end non-blocking', 'fcntl', [end, F_SETFL, O_NONBLOCK]);
  }
  return {
    container: { kind: 'pipes', stdin: input?.read, stdout: output.write, stderr: error.write },
    monitor: { stdin: input?.write ?? -1, stdout: output.read, stderr: error.read },
  };
}

/** The container's ends that the monitor closes once the container has its own copies. */
export function endsToClose(streams: ContainerStreams): readonly Ref[] {
  if (streams.kind === 'terminal') return [];
  const { stdin, stdout, stderr } = streams;
  return stdin ? [stdin, stdout, stderr] : [stdout, stderr];
}

/** Makes the streams the process' descriptors 0, 1 and 2. The container's devices are there already. */
export function useStreams(
  p: ProgramBuilder,
  streams: ContainerStreams,
  {
    user,
    consoleSize,
    sync,
  }: { readonly user: number; readonly consoleSize: TerminalOptions['size']; readonly sync: Ref },
): void {
  if (streams.kind === 'terminal') {
    const terminal = openTerminal(p, { size: consoleSize, uid: user, sync });
    for (const number of [0, 1, 2])
      p.call(`use the terminal as ${number}`, 'dup3', [terminal, number, 0]);
    p.call('close the terminal', 'close', [terminal]);
    return;
  }
  const flags = O_NOFOLLOW.or(O_RDONLY | O_CLOEXEC);
  const nothing = [AT_FDCWD, p.string('/dev/null'), flags, 0] as const;
  const stdin = streams.stdin ?? p.call('open /dev/null', 'openat', nothing);
  // A user other than root must be able to open /dev/stdout and its like again.
  const own = streams.stdin
    ? [stdin, streams.stdout, streams.stderr]
    : [streams.stdout, streams.stderr];
  for (const end of own)
    p.call('give a stream to its user', 'fchown', [end, user, -1], { onError: 'ignore' });
  [stdin, streams.stdout, streams.stderr].forEach((end, number) => {
    p.call(`use a pipe as ${number}`, 'dup3', [end, number, 0]);
  });
}

function pipe(p: ProgramBuilder, name: string): { readonly read: Ref; readonly write: Ref } {
  const ends = p.reserve(8);
  p.call(`make the pipe of ${name}`, 'pipe2', [ends, O_CLOEXEC]);
  return { read: p.value32(ends), write: p.value32(ends.at(4)) };
}
