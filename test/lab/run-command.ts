import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** How a command ended and what it printed. */
export interface Outcome {
  /** Status of the command; `-1` when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command gets beside its arguments. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bytes for its standard input, which is empty otherwise. */
  readonly input?: Readable | string;
  /** Killed after this; 15 minutes unless told. */
  readonly timeoutMs?: number;
}

/** Program and arguments. */
export type Argv = readonly [string, ...string[]];

/** Runs a command to its end, whatever its status. Rejects when it cannot be started or takes too long. */
export async function runCommand(argv: Argv, options: CommandOptions = {}): Promise<Outcome> {
  const [program, ...args] = argv;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
  const late = AbortSignal.timeout(options.timeoutMs ?? 900_000);
  late.addEventListener('abort', () => {
    child.kill('SIGKILL');
  });
  // A command that ends without reading its input closes the pipe: its status says what happened.
  child.stdin.on('error', () => undefined);
  if (typeof options.input === 'object') options.input.pipe(child.stdin);
  else child.stdin.end(options.input);
  const [stdout, stderr, exitCode] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    ended,
  ]);
  if (late.aborted && exitCode === -1) {
    throw new Error(`took too long: ${argv.join(' ')}\n${stdout}${stderr}`);
  }
  return { exitCode, stdout, stderr };
}

/** Runs a command that has to succeed, and resolves to its standard output. */
export async function runChecked(argv: Argv, options: CommandOptions = {}): Promise<string> {
  const outcome = await runCommand(argv, options);
  if (outcome.exitCode === 0) return outcome.stdout;
  throw new Error(`${describe(outcome)} of: ${argv.join(' ')}`);
}

/** An outcome as a person reads it in a failed test. */
export function describe({ exitCode, stdout, stderr }: Outcome): string {
  return `status ${exitCode}\n--- stdout\n${stdout}\n--- stderr\n${stderr}\n---`;
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
