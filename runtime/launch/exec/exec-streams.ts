import { F_SETFL, O_NONBLOCK } from '../../syscall/constants/fs.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { ContainerStreams, MonitorStreams, Streams } from '../process/streams.ts';
import { pipe, useInherited } from '../process/streams.ts';
import { openTerminal, type TerminalOptions } from '../terminal/terminal.ts';
import { runningDoor } from '../terminal/terminal-door.ts';
import type { ExecStreams } from './exec-plan.ts';

/** Three pipes. */
type Pipes = Extract<ContainerStreams, { kind: 'pipes' }>;

/** Both ends of an executed process' streams. */
interface RelayedStreams extends Streams {
  readonly container: Pipes | { readonly kind: 'terminal' };
}

/**
 * Makes the pipes of an executed process. Nothing of the container's files is opened for it, because it can put what it
 * likes in their places, and nothing of the host's is given to it, whose mode it could change: a stream that nobody is
 * connected to is a pipe as well, one that is empty, or one that is read for nobody.
 */
export function openExecStreams(
  p: ProgramBuilder,
  { terminal, streams }: { readonly terminal: boolean; readonly streams: ExecStreams },
): RelayedStreams {
  if (terminal) {
    return { container: { kind: 'terminal' }, monitor: { stdin: -1, stdout: -1, stderr: -1 } };
  }
  const input = pipe(p, 'standard input');
  const output = pipe(p, 'standard output');
  const error = pipe(p, 'standard error');
  for (const end of [input.write, output.read, error.read])
    p.call('make a pipe end non-blocking', 'fcntl', [end, F_SETFL, O_NONBLOCK]);
  if (streams.stdin === 'none') p.call('end standard input', 'close', [input.write]);
  return {
    container: { kind: 'pipes', stdin: input.read, stdout: output.write, stderr: error.write },
    monitor: {
      stdin: streams.stdin === 'none' ? -1 : input.write,
      stdout: output.read,
      stderr: error.read,
    },
  };
}

/** The relay's ends, which the process closes first of all. */
export function relayEnds({ stdin, stdout, stderr }: MonitorStreams): readonly Ref[] {
  return [stdin, stdout, stderr].filter((end) => end !== -1);
}

/** Makes the streams the process' descriptors 0, 1 and 2. */
export function useExecStreams(
  p: ProgramBuilder,
  streams: ContainerStreams,
  options: Omit<TerminalOptions, 'door'>,
): void {
  if (streams.kind === 'inherited') {
    useInherited(p, options.uid);
    return;
  }
  const ends =
    streams.kind === 'terminal'
      ? sameThrice(openTerminal(p, { ...options, door: runningDoor(p), output: streams.output }))
      : pipes(streams);
  if (streams.kind === 'pipes')
    for (const end of ends)
      // A user other than root must be able to open /dev/stdout and its like again.
      p.call('give a stream to its user', 'fchown', [end, options.uid, -1], { onError: 'ignore' });
  for (const [number, end] of ends.entries())
    p.call(`use a stream as ${number}`, 'dup3', [end, number, 0]);
  for (const end of new Set(ends)) p.call('close a stream', 'close', [end]);
}

function sameThrice(terminal: Ref): readonly Ref[] {
  return [terminal, terminal, terminal];
}

function pipes({ stdin, stdout, stderr }: Pipes): readonly Ref[] {
  return [...(stdin ? [stdin] : []), stdout, stderr];
}
