import type { Readable } from 'node:stream';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import { hasErrno } from '../../../runtime/host/files.ts';
import { startProcess, type StartedProcess } from '../../../runtime/host/start-process.ts';
import { masterArgv, sessionArgv, type ClientTarget } from './client-config.ts';
import type { ClientFolder } from './client-folder.ts';
import { commandTarget, explainFailure, spoken } from './explain-failure.ts';
import { quote } from './quote.ts';

/** How a connection comes about. */
export interface ConnectOptions {
  readonly folder: ClientFolder;
  /** Number of the connection among those of the folder. */
  readonly number: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Longest time until a command has run on the host, jump hosts included. */
  readonly timeoutMs: number;
  /** Takes every line that the client writes about the connection. */
  readonly log: (line: string) => void;
}

const greeting = 'berth-fleet-connected';
/** Time for a client to leave by itself before it is made to. */
const graceMs = 2_000;

/**
 * A connection to a host by OpenSSH's client: one client holds it (ControlMaster of ssh_config(5)), every command is
 * another that goes through it.
 *
 * The client is this process's own child, and not one that ControlPersist leaves behind: it is seen when the connection
 * ends, and it ends with this process, whatever ends that. For then its command, which waits for the end of its
 * input, has come to it.
 */
export class Connection {
  readonly #master: StartedProcess;
  readonly #socket: string;
  readonly #options: ConnectOptions;
  readonly #heard: string[] = [];
  #ended = false;

  private constructor(master: StartedProcess, socket: string, options: ConnectOptions) {
    this.#master = master;
    this.#socket = socket;
    this.#options = options;
    void master.exited.then(
      () => (this.#ended = true),
      () => (this.#ended = true),
    );
    eachLine(master.stderr, (line) => {
      this.#heard.push(line);
      options.log(line);
    });
  }

  /**
   * Connects and logs in. Throws SSH_MISSING, SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED, SSH_LOGIN_REFUSED,
   * SSH_UNREACHABLE, and the signal's reason.
   */
  static async open(target: ClientTarget, options: ConnectOptions): Promise<Connection> {
    const socket = options.folder.socketOf(options.number);
    const command = `exec sh -c ${quote(`echo ${greeting}; exec cat >/dev/null`)}`;
    const argv = masterArgv(target, { configFile: options.folder.configFile, socket, command });
    const master = startProcess({ argv, env: options.env });
    const connection = new Connection(master, socket, options);
    try {
      await connection.#greeted(target);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** Starts a command line in the login's shell on the host. */
  start(command: string): StartedProcess {
    const argv = sessionArgv({ socket: this.#socket, command });
    return startProcess({ argv, env: this.#options.env });
  }

  /** Whether the connection has ended. */
  get isLost(): boolean {
    return this.#ended;
  }

  /** What the client said last, for people. */
  get lastWords(): string {
    return spoken(this.#heard).slice(-1).join('');
  }

  /** Ends the connection, and every command on it, whether the host still answers or not. */
  async close(): Promise<void> {
    this.#master.stdin.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await this.#endsWithin(graceMs)) break;
      this.#master.kill(signal);
    }
    await this.#master.exited.catch(() => undefined);
    // A jump host's client, or what the user's configuration has it leave behind, may hold these open.
    this.#master.stdout.destroy();
    this.#master.stderr.destroy();
  }

  async #endsWithin(ms: number): Promise<boolean> {
    const stop = new AbortController();
    const late = this.#options.clock.sleep(ms, stop.signal).catch(() => undefined);
    const exited = this.#master.exited.catch(() => undefined);
    await Promise.race([exited, late]);
    stop.abort();
    return this.#ended;
  }

  /** What the client wrote last may come after the news of its end; a jump host's client may keep the pipe open. */
  async #heardAll(): Promise<void> {
    const { stderr } = this.#master;
    if (stderr.readableEnded) return;
    const stop = new AbortController();
    const late = this.#options.clock.sleep(graceMs, stop.signal).catch(() => undefined);
    const ended = new Promise<void>((resolve) => stderr.once('end', resolve));
    await Promise.race([ended, late]);
    stop.abort();
  }

  async #greeted(target: ClientTarget): Promise<void> {
    const { clock, timeoutMs, signal } = this.#options;
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const late = clock.sleep(timeoutMs, either).then(() => {
      const seconds = Math.round(timeoutMs / 1000);
      throw new BerthError('SSH_UNREACHABLE', {
        message: m.unreachable({ said: m.connectSlow({ seconds }) }),
        remedy: m.unreachableRemedy({ target: commandTarget(target) }),
      });
    });
    const printed: string[] = [];
    const greeted = new Promise<void>((resolve) => {
      eachLine(this.#master.stdout, (line) => {
        printed.push(line);
        if (line === greeting) resolve();
      });
    });
    const gaveUp = this.#master.exited.then(
      async () => {
        await this.#heardAll();
        // A shell that refuses says so on its standard output: "This account is currently not available."
        throw explainFailure(target, [...this.#heard, ...printed].join('\n'));
      },
      (error: unknown) => {
        throw hasErrno(error, 'ENOENT') ? sshMissing() : error;
      },
    );
    gaveUp.catch(() => undefined);
    try {
      await Promise.race([greeted, late, gaveUp]);
    } finally {
      stop.abort();
      late.catch(() => undefined);
    }
  }
}

function sshMissing(): BerthError {
  return new BerthError('SSH_MISSING', { message: m.sshMissing(), remedy: m.sshMissingRemedy() });
}

/** Calls for every line of a stream, the last one too when it has no end. */
export function eachLine(stream: Readable, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
  stream.on('error', () => undefined);
}
