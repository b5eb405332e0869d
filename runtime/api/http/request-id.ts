import type { IncomingMessage } from 'node:http';

/** Name of the header, in the request and in its answer. */
export const requestIdHeader = 'X-Request-Id';

/** What can stand in a log and in a header without a second thought. */
const sane = /^[\w.:-]{1,128}$/;

/**
 * By what a request is known in its answer, its error and the log: what the client calls it, or a random UUID.
 * @param randomUuid makes one
 */
export function requestIdOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  randomUuid: () => string,
): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && sane.test(given) ? given : randomUuid();
}
