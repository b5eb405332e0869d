import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const main = resolve(import.meta.dirname, '../../../scripts/main.ts');

/** How a command of `berth` ended. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command of `berth` finds besides its arguments. */
export interface CliSurroundings {
  /** All of standard input; nothing when it is left out. */
  readonly input?: string;
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program to start. */
interface CliCommand extends Pick<CliSurroundings, 'env'> {
  readonly program: string;
  readonly args: readonly string[];
}

/** The shell command for a command line of `berth`; arguments must need no quoting but single quotes. */
export function shellCommand(args: readonly string[]): string {
  const quoted = [process.execPath, main, ...args].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return quoted.join(' ');
}

/** A running command whose output can be waited for. */
export class CliProcess {
  readonly exit: Promise<CliResult>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #stdout = '';
  #stderr = '';

  constructor(socketPath: string, { program, args, env }: CliCommand) {
    const own = { BERTH_HOST: `unix://${socketPath}`, TERM: 'dumb' };
    const child = spawn(program, args, { env: { ...process.env, ...own, ...env }, stdio: 'pipe' });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#notify();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#notify();
    });
    // Who has exited takes no more input.
    child.stdin.on('error', () => undefined);
    this.exit = new Promise((settle, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        this.#notify();
        const stdout = this.#stdout;
        settle({ exitCode: code ?? (signal === null ? -1 : -2), stdout, stderr: this.#stderr });
      });
    });
  }

  /** Runs `berth` with these arguments. */
  static berth(
    socketPath: string,
    args: readonly string[],
    { env = {} }: Pick<CliSurroundings, 'env'> = {},
  ): CliProcess {
    return new CliProcess(socketPath, { program: process.execPath, args: [main, ...args], env });
  }

  /** Runs a shell command on a terminal of its own (script(1)); input and output are the terminal's. */
  static onTerminal(
    socketPath: string,
    command: string,
    { env = {} }: Pick<CliSurroundings, 'env'> = {},
  ): CliProcess {
    const args = ['-qefc', command, '/dev/null'];
    return new CliProcess(socketPath, { program: 'script', args, env });
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** Waits until standard output has `text`; rejects when the command ends without it. */
  waitFor(text: string): Promise<void> {
    return new Promise((settle, reject) => {
      const look = (): void => {
        const found = this.#stdout.includes(text);
        const ended = this.#child.exitCode !== null && this.#child.stdout?.closed === true;
        if (!found && !ended) return;
        this.#watchers.delete(look);
        if (found) settle();
        else reject(new Error(`ended without "${text}": ${this.#stdout}${this.#stderr}`));
      };
      this.#watchers.add(look);
      look();
    });
  }

  write(data: string | Uint8Array): void {
    this.#child.stdin?.write(data);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #notify(): void {
    for (const look of this.#watchers) look();
  }
}

/** Runs `berth` to its end. */
export function berth(
  socketPath: string,
  args: readonly string[],
  { input = '', env = {} }: CliSurroundings = {},
): Promise<CliResult> {
  const running = CliProcess.berth(socketPath, args, { env });
  running.write(input);
  running.endInput();
  return running.exit;
}
