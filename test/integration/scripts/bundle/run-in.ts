import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a script ended. */
export interface ScriptEnd {
  readonly exitCode: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

/** A shell script under way. */
export interface RunningScript {
  readonly ended: Promise<ScriptEnd>;
  /** Sends a signal to the script's whole process group. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a shell script in a mount namespace of its own, which ends with it: what it mounts is seen by nobody else.
 * `args` are its positional parameters.
 */
export function startScript(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): RunningScript {
  const text = `set -e\nmount --make-rprivate /\n${script}`;
  const child = spawn('unshare', ['--mount', 'sh', '-c', text, 'sh', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin', ...env },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    ended: once(child, 'close').then(([code]: unknown[]) => ({
      exitCode: Number(code ?? -1),
      output,
    })),
    kill: (signal) => {
      process.kill(-(child.pid ?? 0), signal);
    },
  };
}

/** Runs a script to its end. */
export function runScript(
  script: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ScriptEnd> {
  return startScript(script, args, env).ended;
}
