import { spawnSync } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { isatty } from 'node:tty';

/** Size of a terminal, in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/** Where a command reads from. */
export interface ConsoleInput {
  readonly isTerminal: boolean;
  readonly stream: Readable;
  /** Passes every key on as it is, Ctrl-C too. Returns what puts the terminal back; safe to call twice. */
  enterRawMode(): () => void;
  /** Stops reading, so that an open terminal or pipe does not keep the process alive. */
  release(): void;
}

/** Where a command writes to. */
export interface ConsoleOutput {
  readonly isTerminal: boolean;
  /** Resolves when the bytes are handed over. Rejects with `EPIPE` when the reader has gone. */
  write(data: string | Uint8Array): Promise<void>;
  /** The terminal's size; `undefined` when it is none. */
  size(): TerminalSize | undefined;
  /** Tells of changes of {@link size} (SIGWINCH). Returns what stops it. */
  onResize(listener: () => void): () => void;
}

/** The standard streams and signals of a process, as a command receives them. */
export interface Console {
  readonly input: ConsoleInput;
  readonly output: ConsoleOutput;
  readonly errors: ConsoleOutput;
  /** Takes the signals that would end the process. Returns what gives them back. */
  onSignal(listener: (signal: NodeJS.Signals) => void): () => void;
}

/** Signals that a command takes. Ctrl-Z is not among them: it suspends the command, as everywhere. */
const passedOn: readonly NodeJS.Signals[] = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
];

function outputOf(stream: Writable & Partial<NodeJS.WriteStream>): ConsoleOutput {
  // Each write reports its own error; without a listener the stream would end the process as well.
  stream.on('error', () => undefined);
  return {
    isTerminal: stream.isTTY === true,
    write: (data) =>
      new Promise((resolve, reject) => {
        stream.write(data, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    size: () =>
      stream.isTTY === true && stream.rows !== undefined && stream.columns !== undefined
        ? { rows: stream.rows, columns: stream.columns }
        : undefined,
    onResize: (listener) => {
      stream.on('resize', listener);
      return () => stream.off('resize', listener);
    },
  };
}

function inputOf(stream: NodeJS.ReadStream): ConsoleInput {
  return {
    isTerminal: isatty(0),
    stream,
    enterRawMode: () => {
      stream.setRawMode(true);
      // Node.js leaves output processing on (uv_tty_set_mode adds ONLCR), but the container's own terminal has
      // done it already: a bare line feed of a full-screen program would jump to column one.
      // Where there is no stty(1), such programs look wrong and all else works.
      spawnSync('stty', ['-opost'], { stdio: [0, 'ignore', 'ignore'] });
      let raw = true;
      return () => {
        if (raw) stream.setRawMode(false);
        raw = false;
      };
    },
    release: () => {
      stream.pause();
      // A file as standard input has no handle to let go of.
      if ('unref' in stream) stream.unref();
    },
  };
}

/** The console of this process. */
export function processConsole(): Console {
  // Opening stdin has effects on the descriptor (non-blocking mode): only a command that reads does it.
  let input: ConsoleInput | undefined;
  return {
    get input() {
      input ??= inputOf(process.stdin);
      return input;
    },
    output: outputOf(process.stdout),
    errors: outputOf(process.stderr),
    onSignal: (listener) => {
      for (const signal of passedOn) process.on(signal, listener);
      return () => {
        for (const signal of passedOn) process.off(signal, listener);
      };
    },
  };
}
