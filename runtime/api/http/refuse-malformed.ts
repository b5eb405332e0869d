import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { BerthError } from '../../errors/berth-error.ts';
import { statusTexts } from '../../host/http.ts';
import { errorResponse } from './error-response.ts';
import { waitsForTurn } from './pipelining.ts';
import { requestIdHeader } from './request-id.ts';

/** Statuses of what the parser says; anything else is 400. */
const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Answers what is no HTTP request, as other errors are answered, and ends the connection: where the next request would
 * begin nobody knows.
 *
 * @param answering The last answer on the connection, if any.
 */
export function refuseMalformed(
  problem: NodeJS.ErrnoException,
  connection: Duplex,
  answering: ServerResponse | undefined,
): void {
  const isHalfAnswered =
    answering !== undefined &&
    !answering.writableFinished &&
    (answering.headersSent || waitsForTurn(answering));
  if (problem.code === 'ECONNRESET' || !connection.writable || isHalfAnswered) {
    connection.destroy();
    return;
  }
  const id = randomUUID();
  const status = statuses[problem.code ?? ''] ?? 400;
  const error = new BerthError('API_REQUEST_INVALID', {
    message: `not an HTTP request that can be answered: ${problem.message}`,
    remedy: 'Send HTTP/1.1; what begins a request may have 1 MiB.',
    details: { problem: problem.code ?? '' },
  });
  const body = `${JSON.stringify(errorResponse(error, id).body)}\n`;
  const head = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? ''}`,
    'Connection: close',
    `${requestIdHeader}: ${id}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  connection.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
