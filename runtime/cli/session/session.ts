import type { Duplex } from 'node:stream';
import type { Console } from '../../host/console.ts';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import type { WaitCondition } from './exit-wait.ts';
import { beginWait } from './exit-wait.ts';
import { pumpInput } from './input-pump.ts';
import { pumpOutput } from './output-pump.ts';
import type { SignalRelay } from './signal-relay.ts';
import { followTerminalSize } from './terminal-size.ts';

/** One console attached to one container. */
export interface SessionOptions {
  readonly console: Console;
  readonly client: ApiClient;
  readonly containerId: string;
  /** What the container has: a terminal gives one raw stream. */
  readonly streams: 'terminal' | 'pipes';
  readonly input: 'none' | 'console';
  /** What of its output is shown; all of it when left out. */
  readonly output?: readonly ('stdout' | 'stderr')[] | undefined;
  /** As the user writes them; sent to the daemon too, which looks for them by itself. */
  readonly detachKeys: string | undefined;
  /** Empty: nothing detaches. */
  readonly detachBytes: Uint8Array;
  readonly until: WaitCondition;
  readonly relay: SignalRelay;
  /** Whether signals go to the container, or are only kept from ending the command. */
  readonly signals: 'passed-on' | 'ignored';
  /** Starts the container, once everything is attached; nothing, when it runs already. */
  readonly begin: () => Promise<void>;
}

/** How a session ended: the container exited, or goes on without this console. */
export type SessionEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'detached' }
  | { readonly kind: 'abandoned' };

function shows({ output }: SessionOptions, stream: 'stdout' | 'stderr'): 1 | undefined {
  return output === undefined || output.includes(stream) ? 1 : undefined;
}

function attach(options: SessionOptions): Promise<Duplex> {
  return options.client.hijack({
    method: 'POST',
    path: `/containers/${segment(options.containerId)}/attach`,
    query: {
      stream: 1,
      stdout: shows(options, 'stdout'),
      stderr: shows(options, 'stderr'),
      stdin: options.input === 'console' ? 1 : undefined,
      detachKeys: options.detachKeys,
    },
  });
}

function passSignal(
  { client, containerId, signals }: SessionOptions,
  signal: NodeJS.Signals,
): void {
  if (signals === 'ignored') return;
  const path = `/containers/${segment(containerId)}/kill`;
  // A container that has just exited answers 409: nothing is lost.
  client.text({ method: 'POST', path, query: { signal } }).catch(() => undefined);
}

/** Reads output to its end and then the exit code. */
async function exited(
  options: SessionOptions,
  connection: Duplex,
  exitCode: Promise<number>,
): Promise<SessionEnd> {
  const format = options.streams === 'terminal' ? 'raw' : 'multiplexed';
  await pumpOutput(options.client.read(connection), options.console, format);
  return { kind: 'exited', exitCode: await exitCode };
}

async function converse(
  options: SessionOptions,
  connection: Duplex,
  exitCode: Promise<number>,
): Promise<SessionEnd> {
  const { console, client, containerId } = options;
  const left = Promise.withResolvers<SessionEnd>();
  const restore: (() => void)[] = [];
  options.relay.passTo({
    pass: (signal) => {
      passSignal(options, signal);
    },
    abandon: () => {
      left.resolve({ kind: 'abandoned' });
    },
  });
  try {
    if (options.streams === 'terminal') {
      restore.push(
        followTerminalSize(client, `/containers/${segment(containerId)}`, console.output),
      );
      if (options.input === 'console' && console.input.isTerminal) {
        restore.push(console.input.enterRawMode());
      }
    }
    if (options.input === 'console') {
      const onDetach = (): void => {
        left.resolve({ kind: 'detached' });
      };
      const { detachBytes: detachKeys } = options;
      restore.push(pumpInput({ input: console.input, connection, detachKeys, onDetach }));
    }
    return await Promise.race([exited(options, connection, exitCode), left.promise]);
  } finally {
    for (const undo of restore.reverse()) undo();
  }
}

/**
 * Attaches the console to a container, begins, and stays until the container has exited or the user leaves.
 * The terminal is as before afterwards, whatever happened.
 *
 * @throws RUN_INTERRUPTED by a signal before the container runs; what `begin` and the API throw
 */
export async function runSession(options: SessionOptions): Promise<SessionEnd> {
  const connection = await attach(options);
  // Leaving destroys the connection under its reader; the race has been decided by then.
  connection.on('error', () => undefined);
  // A wait that nobody looks at any more would keep the process alive.
  const leaving = new AbortController();
  try {
    const { exitCode } = await beginWait(options.client, {
      containerId: options.containerId,
      condition: options.until,
      signal: leaving.signal,
    });
    options.relay.interrupted.throwIfAborted();
    await options.begin();
    return await converse(options, connection, exitCode);
  } finally {
    leaving.abort();
    connection.destroy();
  }
}
