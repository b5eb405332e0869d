import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import type { StartedProcess } from '../../../runtime/host/start-process.ts';
import { eachLine, type Connection } from '../ssh/connection.ts';
import { quote } from '../ssh/quote.ts';
import { rootCommand, type Elevation } from './elevation.ts';

/** A script to run on a host. */
export interface RemoteScript {
  /** POSIX sh. */
  readonly script: string;
  readonly args: readonly string[];
  /** What is done, for messages: `copying the bundle`. */
  readonly doing: string;
  readonly signal: AbortSignal;
  /** What standard input gives before it ends; nothing when absent. */
  readonly input?: string;
}

/** How a script ended. */
export interface RemoteResult {
  readonly exitCode: number;
  readonly stdout: string;
  /** The last lines of standard error. */
  readonly stderr: string;
}

/** A script under way on a host, whose standard input the caller holds. */
export interface RemoteSession {
  /** Takes lines of standard output from now on. */
  onLine(take: (line: string) => void): void;
  send(text: string): void;
  /** Sends a stream to its end, and ends the standard input. */
  sendAll(stream: Readable): Promise<void>;
  endInput(): void;
  /** Resolves when the script has ended. Throws SSH_CONNECTION_LOST, and the signal's reason. */
  readonly ended: Promise<RemoteResult>;
}

/** Status by which the client says that the connection is gone. No script of a fleet ends with it. */
const lostStatus = 255;
const keptLines = 20;
/** Time for the client to end by itself once a script has said how it ended. */
const leaveMs = 1_000;

/**
 * How a script says that it has ended, with which status, where what it started may go on and keep its output open:
 * the client waits for that as well.
 */
export const sayEnded = `say_ended() { printf '\\nberth-fleet:ended=%s\\n' "$1"; }`;

/** Runs scripts on a host over one connection, as the login or as root. */
export class RemoteHost {
  readonly #connection: Connection;
  readonly #log: (line: string) => void;
  readonly #clock: Clock;

  constructor(
    connection: Connection,
    using: { readonly log: (line: string) => void; readonly clock: Clock },
  ) {
    this.#connection = connection;
    this.#log = using.log;
    this.#clock = using.clock;
  }

  /** Runs a script as the user that is logged in. Throws SSH_CONNECTION_LOST, and the signal's reason. */
  async runAsLogin(script: RemoteScript): Promise<RemoteResult> {
    const words = ['sh', '-c', script.script, 'berth-fleet', ...script.args];
    const session = this.#start(words.map(quote).join(' '), script);
    if (script.input !== undefined) session.send(script.input);
    session.endInput();
    return session.ended;
  }

  /** Runs a script as root to its end. Throws SSH_CONNECTION_LOST, and the signal's reason. */
  async runAsRoot(elevation: Elevation, script: RemoteScript): Promise<RemoteResult> {
    const session = this.startAsRoot(elevation, script);
    session.endInput();
    return session.ended;
  }

  /** Starts a script as root. */
  startAsRoot(elevation: Elevation, script: RemoteScript): RemoteSession {
    const { command, preamble } = rootCommand(elevation, script.script, script.args);
    const session = this.#start(command, script);
    session.send(preamble);
    return session;
  }

  #start(command: string, script: RemoteScript): RemoteSession {
    const child = this.#connection.start(command);
    const stdout: string[] = [];
    const stderr: string[] = [];
    const takers: ((line: string) => void)[] = [];
    const reported: { exitCode?: number } = {};
    eachLine(child.stdout, (line) => {
      const { ended: code } = reportedFacts(line);
      if (code !== undefined) {
        reported.exitCode = Number(code);
        this.#letGo(child);
        return;
      }
      stdout.push(line);
      this.#log(`out: ${line}`);
      for (const take of takers) take(line);
    });
    eachLine(child.stderr, (line) => {
      stderr.push(line);
      if (stderr.length > keptLines) stderr.shift();
      this.#log(`err: ${line}`);
    });
    const ended = this.#end(child, { script, reported }).then((exitCode) => ({
      exitCode,
      stdout: stdout.join('\n'),
      stderr: stderr.join('\n'),
    }));
    ended.catch(() => undefined);
    return {
      onLine: (take) => takers.push(take),
      send: (text) => void child.stdin.write(text),
      sendAll: (stream) => pipeline(stream, child.stdin),
      endInput: () => void child.stdin.end(),
      ended,
    };
  }

  /** Ends a client whose script has ended, unless it does so itself. */
  #letGo(child: StartedProcess): void {
    const left = new AbortController();
    child.exited
      .finally(() => {
        left.abort();
      })
      .catch(() => undefined);
    this.#clock.sleep(leaveMs, left.signal).then(
      () => {
        child.kill('SIGTERM');
      },
      () => undefined,
    );
  }

  async #end(
    child: StartedProcess,
    {
      script,
      reported,
    }: { readonly script: RemoteScript; readonly reported: { exitCode?: number } },
  ): Promise<number> {
    const stop = (): void => {
      child.kill('SIGTERM');
    };
    if (script.signal.aborted) stop();
    script.signal.addEventListener('abort', stop, { once: true });
    const drained = Promise.all([closed(child.stdout), closed(child.stderr)]);
    const clientStatus = await child.exited;
    script.signal.removeEventListener('abort', stop);
    await drained;
    const exitCode = reported.exitCode ?? clientStatus;
    if (reported.exitCode === undefined) script.signal.throwIfAborted();
    if (exitCode !== lostStatus) return exitCode;
    throw new BerthError('SSH_CONNECTION_LOST', {
      message: m.connectionLost({ doing: script.doing, said: this.#connection.lastWords }),
      remedy: m.connectionLostRemedy(),
    });
  }
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

/** The last thing that a command said, in one line. */
export function lastWords({ stderr }: RemoteResult): string {
  return (
    stderr
      .split('\n')
      .findLast((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}

/**
 * What a script of a fleet reports: lines `berth-fleet:name=value`, told apart from what a login may print by itself.
 */
export function reportedFacts(stdout: string): Readonly<Record<string, string>> {
  const facts = stdout.split('\n').flatMap((line) => {
    const [, name, value] = /^berth-fleet:([a-z-]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(facts);
}
