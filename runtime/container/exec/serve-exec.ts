import type { Duplex } from 'node:stream';

import { messageOf } from '../../errors/berth-error.ts';
import { DetachKeyFilter } from '../attach/detach-keys.ts';
import { pumpInput } from '../attach/forward-input.ts';
import { encodeOutput } from '../attach/output-framing.ts';
import type { Framing } from '../attach/output-framing.ts';
import { writeFully } from '../attach/write-fully.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { SIGKILL } from '../model/signals.ts';
import type { ExecSession } from '../ports.ts';
import type { ConsoleSize } from './exec-config.ts';
import type { Exec } from './exec.ts';
import { startExec } from './start-exec.ts';

/** The same each time: without one the platform makes a DOMException with a stack, which takes a tenth of a millisecond. */
const clientHasLeft = new Error('the client has left');

/** How a client is connected to an exec. */
export interface ExecClient {
  readonly connection: Duplex;
  readonly framing: Framing;
  readonly consoleSize: ConsoleSize;
}

/**
 * Starts an exec for a client that stays, and carries bytes both ways until the program ends or the client leaves. What
 * goes wrong is told on the connection, because its headers have been sent. The connection is ended.
 */
export async function serveExec(
  state: EngineState,
  exec: Exec,
  { connection, framing, consoleSize }: ExecClient,
): Promise<void> {
  const { AttachStdin, AttachStdout, AttachStderr } = exec.config;
  const left = new AbortController();
  const leave = (): void => {
    left.abort(clientHasLeft);
  };
  connection.once('close', leave);
  connection.on('error', leave);
  try {
    const session = await startExec(state, exec, {
      streams: {
        stdin: AttachStdin ? 'open' : 'none',
        stdout: AttachStdout ? 'open' : 'none',
        stderr: AttachStderr ? 'open' : 'none',
      },
      consoleSize,
    });
    void forwardInput(state, exec, { connection, session, left });
    await followExec(state, exec, async (pieces) => {
      if (left.signal.aborted) return;
      const wanted = framing === 'raw' ? pieces.filter((each) => isShown(exec, each)) : pieces;
      await writeFully(connection, encodeOutput(wanted, framing), left.signal);
    });
  } catch (error) {
    const text = Buffer.from(`${messageOf(error)}\r\n`);
    await writeFully(connection, encodeOutput([{ stream: 'stdout', text }], framing), left.signal);
  }
  connection.end();
}

/** Starts an exec that nobody is connected to. @throws as `startExec` */
export async function detachExec(
  state: EngineState,
  exec: Exec,
  consoleSize: ConsoleSize,
): Promise<void> {
  const streams = { stdin: 'none', stdout: 'none', stderr: 'none' } as const;
  await startExec(state, exec, { streams, consoleSize });
  followExec(state, exec, () => Promise.resolve()).catch((problem: unknown) => {
    state.ports.report(problem);
  });
}

type Pieces = Parameters<typeof encodeOutput>[0];

/** A raw stream has no room for a second one, unless both are a terminal's. */
function isShown(exec: Exec, { stream }: Pieces[number]): boolean {
  return stream === 'stdout' || exec.config.Tty;
}

/** Reads the output to its end, whoever is still there to take it, and takes note of the end. */
export async function followExec(
  state: EngineState,
  exec: Exec,
  take: (pieces: Pieces) => Promise<void>,
): Promise<void> {
  const { session, container } = exec;
  if (!session) return;
  // In a pid namespace that is not the container's own nobody else would end it.
  const stop = container.turns.add((turn) => {
    if (turn.kind === 'exited') session.signal(SIGKILL);
  });
  for await (const pieces of session.output()) await take(pieces);
  stop();
  const { exitCode } = session.exit;
  exec.end(exitCode, state.ports.clock.now());
  state.execs.ended(exec);
  state.announce(container, 'exec_die', { execID: exec.id, exitCode: String(exitCode) });
}

/** Carries input to the program. As in Docker the end of a terminal's input is the end of the client's visit. */
async function forwardInput(
  state: EngineState,
  exec: Exec,
  {
    connection,
    session,
    left,
  }: {
    readonly connection: Duplex;
    readonly session: ExecSession;
    readonly left: AbortController;
  },
): Promise<void> {
  const { stdin } = session;
  if (!stdin) {
    // Reading is the only way to notice that the client has gone.
    connection.resume();
    return;
  }
  const { Tty } = exec.config;
  const filter = Tty ? new DetachKeyFilter(exec.detachKeys) : undefined;
  const end = await pumpInput({ client: connection, stdin, filter, signal: left.signal });
  connection.resume();
  if (end === 'stopped') return;
  if (end === 'ended' && !Tty) {
    stdin.end();
    return;
  }
  if (end === 'detached') state.announce(exec.container, 'exec_detach', { execID: exec.id });
  left.abort(clientHasLeft);
  connection.end();
}
