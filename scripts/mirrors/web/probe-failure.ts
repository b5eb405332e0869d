import { messageOf } from '../../../messages/error-words.ts';
import type { Part, Reason } from '../verdict.ts';

/** Ends the test of a mirror: its verdict is settled. Never leaves the part that tests mirrors. */
export class ProbeFailure extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.is);
    this.name = 'ProbeFailure';
    this.reason = reason;
  }
}

/** The reason with which all tests are stopped when enough is known. */
export const enoughKnown = new Error('enough is known of the mirrors');

/**
 * What an exception during a request says of the mirror.
 *
 * @param signal Of the test: an error after it was aborted says nothing but that the time was over.
 * @throws the signal's reason, when a person has asked to stop.
 */
export function reasonOf(error: unknown, part: Part, signal: AbortSignal): Reason {
  if (error instanceof ProbeFailure) return error.reason;
  if (signal.aborted) {
    if (signal.reason === enoughKnown) return { is: 'overtaken', part };
    if (!isTimeout(signal.reason)) throw signal.reason;
    return { is: 'silent', part };
  }
  if (hasCode(error, 'ETIMEDOUT') || isTimeout(error)) return { is: 'silent', part };
  return { is: 'unreachable', problem: problemOf(error) };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The code where there is one: `ECONNREFUSED 127.0.0.1:1` is clearer than a sentence about a connection. */
function problemOf(error: unknown): string {
  // Several addresses of one host were tried.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return problemOf(error.errors[0]);
  }
  return messageOf(error).split('\n')[0] ?? '';
}
