import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
} from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startHttp } from './http.ts';

/** One HTTP request over a unix socket. */
export interface SocketRequest {
  /** Path of the listening unix socket. */
  readonly socketPath: string;
  /** Makes the connection instead, one for each request. */
  readonly connect?: () => Duplex;
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Path with its query, already percent-encoded. */
  readonly target: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent with its length, or streamed in chunks. */
  readonly body?: string | Readable;
  readonly signal?: AbortSignal;
}

/** The head of an answer; `body` is yet to be read. */
export interface SocketResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** What came of asking for an upgrade (RFC 9110, section 7.8). */
export type UpgradeOutcome =
  | { readonly kind: 'upgraded'; readonly stream: Duplex }
  | ({ readonly kind: 'answered' } & SocketResponse);

/** Through an agent Node.js would keep a connection that is made for one request. */
const transport = ({ socketPath, connect }: SocketRequest): RequestOptions =>
  connect === undefined ? { socketPath } : { createConnection: connect };

const responseOf = (message: IncomingMessage): SocketResponse => ({
  status: message.statusCode ?? 0,
  headers: message.headers,
  body: message,
});

/**
 * Sends a request over a unix socket. Resolves with the head of the answer.
 *
 * @throws Node.js system errors: `ENOENT` and `ECONNREFUSED` when nobody listens, `EACCES` without permission.
 */
export function requestOverSocket(request: SocketRequest): Promise<SocketResponse> {
  return new Promise((resolve, reject) => {
    const message = startHttp({
      ...transport(request),
      method: request.method,
      path: request.target,
      headers: request.headers,
      signal: request.signal,
    });
    message.once('response', (response) => {
      resolve(responseOf(response));
    });
    message.on('error', reject);
    if (request.body === undefined || typeof request.body === 'string') {
      message.end(request.body);
    } else {
      // An error of the answer's side arrives at the message; one of the body's side only here.
      pipeline(request.body, message).catch(reject);
    }
  });
}

/**
 * Sends a request that asks for `Upgrade: tcp`, as Docker's attach does, and hands over the raw connection.
 * The connection can be half closed: `end()` stops the input, the output goes on.
 *
 * @throws Node.js system errors, as {@link requestOverSocket}.
 */
export function upgradeOverSocket(request: SocketRequest): Promise<UpgradeOutcome> {
  return new Promise((resolve, reject) => {
    const message = startHttp({
      ...transport(request),
      method: request.method,
      path: request.target,
      headers: { ...request.headers, Connection: 'Upgrade', Upgrade: 'tcp' },
      signal: request.signal,
      ...(request.connect === undefined ? { agent: false } : {}),
    });
    message.once('upgrade', (_response, stream, head) => {
      // Bytes that arrived together with the head belong to the stream.
      if (head.length > 0) stream.unshift(head);
      resolve({ kind: 'upgraded', stream });
    });
    message.once('response', (response) => {
      resolve({ kind: 'answered', ...responseOf(response) });
    });
    message.on('error', reject);
    message.end(typeof request.body === 'string' ? request.body : undefined);
  });
}
