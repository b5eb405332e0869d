import { hookError, hookWarning, parseHookReports } from './report.ts';

/** What a program that starts a container answers. */
export interface StartAnswer {
  /** The container's first process, on the host. */
  readonly pid: number;
  /** Of the hooks of poststart, a sentence for each that has failed. */
  readonly warnings: readonly string[];
}

/**
 * Reads the answer: the process id in eight bytes, and records of hooks that have failed.
 * @throws HOOK_FAILED the id is 0: the first of them has ended the start.
 */
export function readStartAnswer(data: Buffer): StartAnswer {
  const pid = data.readUInt32LE(0);
  const failures = parseHookReports(data.subarray(8));
  const [first] = failures;
  if (pid === 0 && first) throw hookError(first);
  return { pid, warnings: failures.map(hookWarning) };
}
