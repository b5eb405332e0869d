import { $ } from 'zx/core';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** How a program of the host is to be run. */
export interface CommandOptions {
  /** Added to the environment of berth itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the program (SIGTERM) when aborted. */
  readonly signal?: AbortSignal;
  /** Longest run, in milliseconds; none when absent. */
  readonly timeoutMs?: number;
}

/** How a program ended. */
interface CommandResult {
  /** Exit status; 127 when there is no such program, 128 + n when signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the host to its end, without a shell. Does not throw when the program fails. */
export type CommandRunner = (
  command: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<CommandResult>;

/**
 * Runs programs with zx. The messages of the host's tools are read by people only, and matched never, but they go
 * into error messages: `LC_ALL=C` keeps these in one language.
 */
export const runCommand: CommandRunner = async (command, args, options = {}) => {
  const shell = $({
    nothrow: true,
    quiet: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  const output = await shell`${[command, ...args]}`;
  return {
    exitCode: output.exitCode ?? (output.signal === null ? 127 : 143),
    stdout: output.stdout,
    stderr: output.stderr,
  };
};

/**
 * Runs a program that has to succeed and returns what it printed.
 * Throws COMMAND_FAILED with the end of its standard error.
 */
export async function runChecked(
  run: CommandRunner,
  argv: readonly [string, ...string[]],
  options?: CommandOptions,
): Promise<string> {
  const [command, ...args] = argv;
  const result = await run(command, args, options);
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split('\n').slice(-5).join('\n');
  throw new BerthError('COMMAND_FAILED', {
    message: `"${argv.join(' ')}" ended with status ${result.exitCode}${said === '' ? '' : `: ${said}`}; wanted 0`,
    remedy: `Run "${argv.join(' ')}" by hand to see what it needs.`,
    details: { argv, exitCode: result.exitCode, stderr: result.stderr },
  });
}
