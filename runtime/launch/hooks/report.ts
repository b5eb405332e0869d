import { BerthError } from '../../errors/berth-error.ts';
import { hookKinds, type HookKind } from '../../spec/hook-kinds.ts';
import { errnoName } from '../../syscall/errno.ts';
import { reply } from '../../syscall/layout.ts';
import { maxTailSize } from './output-tail.ts';
import { signalWords } from './signal-words.ts';

/** Offsets in the record of a hook that failed, all little-endian; the path follows it, and then the output. */
export const record = {
  size: 32,
  /** Index in `hookKinds`. */
  kind: 0,
  index: 4,
  /** One of `hookEnd`. */
  end: 8,
  value: 12,
  pathLength: 16,
  outputLength: 20,
} as const;

/** How a hook failed, and what the value says then. */
export const hookEnd = {
  /** Exit status. */
  exited: 1,
  /** Signal. */
  killed: 2,
  /** Seconds that it had. */
  timedOut: 3,
  /** errno of execve(2). */
  notExecuted: 4,
  /** errno of a step before. */
  notStarted: 5,
} as const;

/** Bytes of a path that are reported. */
export const maxPathSize = 1024;

/** Most bytes of what a program says of a hook that ended it: a reply with a 64-bit zero and one record. */
export const maxReportSize = reply.size + 8 + record.size + maxPathSize + maxTailSize;

/** A hook that failed. */
export interface HookFailure {
  readonly kind: HookKind;
  /** Its place in the list of its kind. */
  readonly index: number;
  readonly path: string;
  readonly end: keyof typeof hookEnd;
  /** Exit status, signal, seconds or errno, by `end`. */
  readonly value: number;
  /** The last kilobytes of what it wrote to standard output and error. */
  readonly output: string;
}

/** Reads records of hooks that failed, one after the other; half a record at the end is left out. */
export function parseHookReports(data: Buffer): readonly HookFailure[] {
  const failures: HookFailure[] = [];
  for (let at = 0; at + record.size <= data.length;) {
    const number = (offset: number): number => data.readUInt32LE(at + offset);
    const path = at + record.size;
    const output = path + number(record.pathLength);
    const end = output + number(record.outputLength);
    if (end > data.length) break;
    failures.push({
      kind: hookKinds[number(record.kind)] ?? 'prestart',
      index: number(record.index),
      path: data.toString('utf8', path, output),
      end: endName(number(record.end)),
      value: number(record.value),
      // Where the beginning was cut off, the first letter may be half.
      output: data
        .toString('utf8', output, end)
        .replace(/^\uFFFD+/, '')
        .trim(),
    });
    at = end;
  }
  return failures;
}

function endName(number: number): HookFailure['end'] {
  const names = Object.keys(hookEnd) as readonly HookFailure['end'][];
  return names.find((name) => hookEnd[name] === number) ?? 'notStarted';
}

/** What a failed hook means for the container: it was not started, and nothing of it is left. */
export function hookError(failure: HookFailure): BerthError {
  const { kind, index, path, output } = failure;
  // The words that runc has for it: engines and tests above look for them.
  const what = `error running ${kind} hook #${index}: error running hook ${path}: ${howItFailed(failure)}`;
  return new BerthError('HOOK_FAILED', {
    message: withOutput(what, output),
    remedy: `Correct the hook, or take "hooks.${kind}[${index}]" out of the config.`,
    details: { ...failure },
  });
}

/** A failure that stops nothing, as a sentence. */
export function hookWarning(failure: HookFailure): string {
  const { kind, index, path, end, value, output } = failure;
  const how = end === 'exited' ? `with exit code ${value}` : `(${howItFailed(failure)})`;
  return withOutput(`${kind} hook failed ${how}: hooks.${kind}[${index}] ${path}`, output);
}

function withOutput(what: string, output: string): string {
  return output === '' ? what : `${what}: ${output}`;
}

function howItFailed({ end, value }: HookFailure): string {
  switch (end) {
    case 'exited':
      return `exit status ${value}, wanted 0`;
    case 'killed':
      return `ended by ${signalWords(value)}`;
    case 'timedOut':
      return `no end after ${value} s, so it was killed`;
    case 'notExecuted':
      return `cannot be executed: ${errnoName(value)}`;
    case 'notStarted':
      return `cannot be started: ${errnoName(value)}`;
  }
}
