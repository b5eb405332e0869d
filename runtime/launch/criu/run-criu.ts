import { posix } from 'node:path';
import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { exists, hasErrno, readTextIfExists } from '../../host/files.ts';
import { runProcess } from '../../host/run-process.ts';

/**
 * Makes sure that CRIU is there and works with this kernel: its own `criu check`.
 * @throws CRIU_UNAVAILABLE saying what is wrong
 */
export async function requireCriu(criu: string): Promise<void> {
  try {
    const { exitCode, stderr } = await run(criu, ['check']);
    if (exitCode === 0) return;
    const [said = 'no reason given'] = stderr.trim().split('\n').reverse();
    throw unavailable(`"${criu} check" ended with status ${exitCode}: ${said}`, {
      remedy: 'Install a CRIU that knows this kernel; "criu check" says what it lacks.',
    });
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EACCES')) throw error;
    throw unavailable(`"${criu}" cannot be run: ${messageOf(error)}`, {
      remedy: 'Install CRIU (package criu).',
    });
  }
}

/** Runs CRIU to its end. Throws CRIU_FAILED with what its log says. */
export async function runCriu(
  criu: string,
  { args, log }: { readonly args: readonly string[]; readonly log: string },
): Promise<void> {
  const { exitCode } = await run(criu, args);
  if (exitCode !== 0) throw await criuFailed({ action: args[0] ?? '', exitCode, log });
}

/** The error for a CRIU that has failed: the first that its log calls one is the cause of the others. */
export async function criuFailed(end: {
  readonly action: string;
  readonly exitCode: number;
  readonly log: string;
}): Promise<BerthError> {
  const { action, exitCode, log } = end;
  const text = (await readTextIfExists(log)) ?? '';
  const [first = 'its log has no error'] = /Error .*/.exec(text) ?? [];
  return new BerthError('CRIU_FAILED', {
    message: `criu failed: "criu ${action}" ended with status ${exitCode}: ${first}`,
    remedy: `See its log, "${log}".`,
    details: { action, exitCode, log },
  });
}

/** CRIU's exit status, from its wait status (wait(2)): 128 and the signal's number when one has ended it. */
export function criuExitCode(status: number): number {
  return (status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f);
}

/** Where a program is, for execve(2), which looks in no PATH. `requireCriu` has found it there. */
export async function programPath(name: string): Promise<string> {
  if (name.includes('/')) return posix.resolve(name);
  for (const folder of (process.env['PATH'] ?? '').split(':')) {
    const path = posix.join(folder, name);
    if (await exists(path)) return path;
  }
  return name;
}

function run(criu: string, args: readonly string[]): ReturnType<typeof runProcess> {
  const { PATH } = process.env;
  return runProcess({ program: criu, args, input: '', env: { PATH }, errors: 'collect' });
}

function unavailable(message: string, { remedy }: { readonly remedy: string }): BerthError {
  return new BerthError('CRIU_UNAVAILABLE', {
    message: `checkpoint and restore are not available: ${message}`,
    remedy,
  });
}
