import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { hasErrno } from '../../runtime/host/files.ts';
import { runProcess } from '../../runtime/host/run-process.ts';

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

/** Status of a shell for a program that is not there, or that may not be run. */
const notFound = 127;

/**
 * Runs programs. The messages of the host's tools are read by people only, and matched never, but they go into error
 * messages: `LC_ALL=C` keeps these in one language.
 */
export const runCommand: CommandRunner = async (program, args, options = {}) => {
  const { signal, timeoutMs } = options;
  try {
    return await runProcess({
      program,
      args,
      input: '',
      errors: 'collect',
      env: { ...process.env, ...bothCases(process.env), LC_ALL: 'C', ...options.env },
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EACCES')) throw error;
    return { exitCode: notFound, stdout: '', stderr: `${program}: not found` };
  }
};

/**
 * The proxies of an environment in both cases: apt and curl read `http_proxy` only, others only the capitals, and who asks
 * for berth with one of the two means all that it runs.
 */
function bothCases(environment: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const pairs = ['http_proxy', 'https_proxy', 'no_proxy'].flatMap((lower) => {
    const upper = lower.toUpperCase();
    const [value, other] = [environment[lower], environment[upper]];
    if (value !== undefined && other === undefined) return [[upper, value] as const];
    return value === undefined && other !== undefined ? [[lower, other] as const] : [];
  });
  return Object.fromEntries(pairs);
}

/** Before it ends, dpkg names the packages once more that it could not unpack: the reason stands above all of these. */
const shownLines = 15;

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
  const said = result.stderr.trim().split('\n').slice(-shownLines).join('\n');
  throw new BerthError('COMMAND_FAILED', {
    message: m.commandFailed({
      command: argv.join(' '),
      status: result.exitCode,
      said: said === '' ? '' : `: ${said}`,
    }),
    remedy: m.commandFailedRemedy({ command: argv.join(' ') }),
    details: { argv, exitCode: result.exitCode, stderr: result.stderr },
  });
}
