import type { OutgoingHttpHeaders } from 'node:http';

import { writeFully } from '../../container/attach/write-fully.ts';
import type { ApiResponse } from './api-response.ts';
import { errorResponse } from './error-response.ts';
import type { Exchange } from './exchange.ts';

type Streamed = Extract<ApiResponse, { kind: 'stream' }>;

/** An answer that is known whole. */
interface Whole {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: OutgoingHttpHeaders;
}

function writeWhole(exchange: Exchange, { status, type, body, headers }: Whole): void {
  exchange.begin(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
  });
  // A text goes out in one piece with the headers.
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : body);
}

const asJson = (value: unknown): Pick<Whole, 'type' | 'body'> => ({
  type: 'application/json',
  body: `${JSON.stringify(value)}\n`,
});

/** Writes an answer that is known whole. */
export function writeAnswer(
  exchange: Exchange,
  answer: Exclude<ApiResponse, { kind: 'stream' | 'hijack' | 'websocket' }>,
): void {
  switch (answer.kind) {
    case 'empty': {
      const { status, extra } = answer;
      const length = status === 204 || status === 304 ? {} : { 'Content-Length': 0 };
      exchange.begin(status, { ...extra, ...length });
      exchange.response.end();
      return;
    }
    case 'json':
      writeWhole(exchange, { status: answer.status, ...asJson(answer.body) });
      return;
    case 'bytes': {
      const { body, contentType, headers } = answer;
      writeWhole(exchange, { status: 200, type: contentType, body, headers });
      return;
    }
    case 'text': {
      const { body, headers } = answer;
      writeWhole(exchange, { status: 200, type: 'text/plain; charset=utf-8', body, headers });
      return;
    }
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
  const { status, body } = errorResponse(thrown, exchange.id);
  writeWhole(exchange, { status, ...asJson(body) });
}

/**
 * Writes a stream, as fast as the client reads. A client that leaves ends the iteration.
 *
 * @param onBegun hears that the status is known by now
 * @throws what the iteration throws; an answer that has begun is then cut off
 */
export async function writeStream(
  exchange: Exchange,
  answer: Streamed,
  onBegun: () => void,
): Promise<void> {
  const { response, signal } = exchange;
  const begin = (): void => {
    onBegun();
    exchange.begin(200, { ...answer.extra, 'Content-Type': answer.contentType });
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
