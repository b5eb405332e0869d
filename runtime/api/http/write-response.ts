import type { IncomingMessage, ServerResponse } from 'node:http';

import { writeFully } from '../../container/attach/write-fully.ts';
import type { ApiResponse } from './api-response.ts';
import { errorResponse } from './error-response.ts';

/** What belongs to one request on the wire. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signal: AbortSignal;
}

type Streamed = Extract<ApiResponse, { kind: 'stream' }>;

/** Writes a whole body. */
function writeWhole(
  { request, response }: Exchange,
  status: number,
  content: { readonly type: string; readonly body: string | Uint8Array },
): void {
  const bytes = Buffer.from(content.body);
  response.writeHead(status, { 'Content-Type': content.type, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** Writes an answer that is known whole. */
export function writeAnswer(
  exchange: Exchange,
  answer: Exclude<ApiResponse, { kind: 'stream' | 'hijack' }>,
): void {
  const { response } = exchange;
  switch (answer.kind) {
    case 'empty':
      if (answer.status !== 204 && answer.status !== 304) response.setHeader('Content-Length', 0);
      response.writeHead(answer.status);
      response.end();
      return;
    case 'json':
      writeWhole(exchange, answer.status, {
        type: 'application/json',
        body: `${JSON.stringify(answer.body)}\n`,
      });
      return;
    case 'bytes':
      for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
      writeWhole(exchange, 200, { type: answer.contentType, body: answer.body });
      return;
    case 'text':
      for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
      writeWhole(exchange, 200, { type: 'text/plain; charset=utf-8', body: answer.body });
      return;
  }
}

/** Writes an error, when there is still a way to say it. */
export function writeError(exchange: Exchange, thrown: unknown): void {
  const { response } = exchange;
  if (response.headersSent) {
    // The only way left to tell that the answer is not whole.
    response.destroy();
    return;
  }
  const { status, body } = errorResponse(thrown);
  writeWhole(exchange, status, { type: 'application/json', body: `${JSON.stringify(body)}\n` });
}

/**
 * Writes a stream, as fast as the client reads. A client that leaves ends the iteration.
 *
 * @throws what the iteration throws; an answer that has begun is then cut off
 */
export async function writeStream(exchange: Exchange, answer: Streamed): Promise<void> {
  const { response, signal } = exchange;
  const begin = (): void => {
    response.writeHead(200, { 'Content-Type': answer.contentType });
    response.flushHeaders();
  };
  if (answer.headers === 'at-once') begin();
  for await (const chunk of answer.chunks) {
    if (signal.aborted) return;
    if (!response.headersSent) begin();
    await writeFully(response, typeof chunk === 'string' ? Buffer.from(chunk) : chunk, signal);
  }
  if (!response.headersSent) begin();
  response.end();
}
