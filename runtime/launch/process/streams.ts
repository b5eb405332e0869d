import {
  AT_FDCWD,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
  S_IFCHR,
  S_IFMT,
} from '../../syscall/constants/fs.ts';
import { firstKeptFd } from '../../syscall/launcher-program.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statDevice, statMode, statSize } from '../../syscall/tree/stat.ts';
import { descriptorPath, nullDescriptor } from '../mounts/host-descriptors.ts';
import { mountConsole, openTerminal, type TerminalOptions } from '../terminal/terminal.ts';
import { destinationsDoor } from '../terminal/terminal-door.ts';
import type { Destinations } from '../mounts/destinations.ts';

/** Device 1:3, as struct stat has it. */
const nullDevice = 0x103;

/** The container's ends of its standard streams. */
export type ContainerStreams =
  /** `output`: see `writeBareLines`; absent where that is done later, or not at all. */
  | { readonly kind: 'terminal'; readonly output?: Ref }
  /** Those of whoever started berth, which the launcher keeps for us. */
  | { readonly kind: 'inherited' }
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
  if (streams.kind !== 'pipes') return [];
  const { stdin, stdout, stderr } = streams;
  return stdin ? [stdin, stdout, stderr] : [stdout, stderr];
}

/** The monitor's ends that are there before the container is forked. */
export function monitorEnds({ monitor }: Streams): readonly Ref[] {
  return [monitor.stdin, monitor.stdout, monitor.stderr].filter((end) => end !== -1);
}

/** Makes the streams the process' descriptors 0, 1 and 2. The container's devices are there already. */
export function useStreams(
  p: ProgramBuilder,
  streams: ContainerStreams,
  {
    user,
    consoleSize,
    sync,
    destinations,
  }: Pick<TerminalOptions, 'sync'> & {
    readonly destinations: Destinations;
    readonly user: number;
    readonly consoleSize: TerminalOptions['size'];
  },
): void {
  if (streams.kind === 'terminal') {
    const door = destinationsDoor(p, destinations);
    const terminal = openTerminal(p, { size: consoleSize, uid: user, sync, door });
    mountConsole(p, terminal, destinations);
    for (const number of [0, 1, 2])
      p.call(`use the terminal as ${number}`, 'dup3', [terminal, number, 0]);
    p.call('close the terminal', 'close', [terminal]);
    return;
  }
  if (streams.kind === 'inherited') {
    useInherited(p, user);
    return;
  }
  const held = p.string(descriptorPath(nullDescriptor));
  const nothing = [AT_FDCWD, held, O_RDONLY | O_CLOEXEC, 0] as const;
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

/** The caller's streams become the program's, and its user's where they are not a device of everybody's. */
export function useInherited(p: ProgramBuilder, user: number): void {
  const status = p.reserve(statSize);
  for (const number of [0, 1, 2]) {
    const label = `use the stream ${number} of the caller`;
    const [keep, own] = [p.label(), p.label()];
    p.call(label, 'dup3', [firstKeptFd + number, number, 0]);
    p.call(label, 'fstat', [number, status], { onError: keep });
    const mode = p.load(32, p.compute('add', status, statMode));
    const type = p.compute('and', mode, S_IFMT);
    // A pipe or a socket, a file, a terminal; but /dev/null is the host's.
    p.jumpIf('ne', type, S_IFCHR, own);
    const rdev = p.load(64, p.compute('add', status, statDevice));
    p.jumpIf('eq', rdev, nullDevice, keep);
    p.place(own);
    p.call(label, 'fchown', [number, user, -1], { onError: 'ignore' });
    p.place(keep);
  }
}

/** Makes a pipe; both ends close on exec. */
export function pipe(p: ProgramBuilder, name: string): { readonly read: Ref; readonly write: Ref } {
  const ends = p.reserve(8);
  p.call(`make the pipe of ${name}`, 'pipe2', [ends, O_CLOEXEC]);
  return { read: p.value32(ends), write: p.value32(ends.at(4)) };
}
