import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { statusTexts } from '../../host/http.ts';
import type { ApiResponse } from './api-response.ts';
import { errorResponse } from './error-response.ts';
import { requestIdHeader } from './request-id.ts';

/** What a stream was called before clients knew the difference. */
const rawType = 'application/vnd.docker.raw-stream';

type Hijack = Extract<ApiResponse, { kind: 'hijack' }>;

/** A request that asked for its connection to become another protocol's. */
export interface UpgradeRequest {
  readonly connection: Duplex;
  /** Bytes that came with the request's own. */
  readonly head: Buffer;
}

/** What it takes to hand a connection over. */
export interface HijackExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly id: string;
  /** There when the client sent `Upgrade: tcp`. */
  readonly upgrade: UpgradeRequest | undefined;
}

/** Takes a connection away from Node's HTTP parser, as it does by itself for an upgrade. */
function detach({ request, response }: HijackExchange): Duplex {
  const { socket } = request;
  response.detachSocket(socket);
  // Adding a listener makes the parser give the socket's bytes back; its own listeners would still parse them.
  socket.on('data', () => undefined);
  socket.pause();
  socket.removeAllListeners('data');
  socket.removeAllListeners('end');
  socket.removeAllListeners('drain');
  socket.setTimeout(0);
  return socket;
}

/**
 * Hands a connection over: by 101 when the client asked for it, else by Docker's older way, a 200 without a length.
 * Half-closing works on it: a client's end of input is not the end of the output.
 */
export function takeConnection(exchange: HijackExchange, { contentType }: Hijack): Duplex {
  const id = `${requestIdHeader}: ${exchange.id}\r\n`;
  const headers = `Content-Type: ${contentType}\r\n${id}`;
  if (exchange.upgrade === undefined) {
    const connection = detach(exchange);
    // Docker tells of frames only those who ask for an upgrade.
    connection.write(`HTTP/1.1 200 OK\r\nContent-Type: ${rawType}\r\n${id}\r\n`);
    return connection;
  }
  const { connection, head } = exchange.upgrade;
  exchange.response.detachSocket(exchange.request.socket);
  connection.write(
    `HTTP/1.1 101 UPGRADED\r\n${headers}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
  );
  if (head.length > 0) connection.unshift(head);
  return connection;
}

/**
 * Tells what went wrong as Docker does on a connection that it has hijacked: a status line and the message as text, up to the end
 * of the connection (postContainersAttach of moby 28.5).
 */
export function refuseConnection(exchange: HijackExchange, thrown: unknown): Duplex {
  const { status, body } = errorResponse(thrown, exchange.id);
  const { upgrade, response, request } = exchange;
  if (upgrade !== undefined) response.detachSocket(request.socket);
  const connection = upgrade?.connection ?? detach(exchange);
  const head = [
    `HTTP/1.1 ${status} ${statusTexts[status] ?? ''}`,
    `Content-Type: ${rawType}`,
    `${requestIdHeader}: ${exchange.id}`,
  ];
  connection.end(`${head.join('\r\n')}\r\n\r\n${body.message}\r\n`);
  // What the client may still send is nobody's; read, its own end is noticed.
  connection.resume();
  return connection;
}

/** docker-py and what is made of it, docker-compose up to 1.29: by their `User-Agent`. */
const readsAhead = /^docker-(?:sdk-python|py|compose)\//;

/**
 * How long whoever has just been answered is to be sent nothing, in milliseconds. docker-py reads the headers through a buffer, and
 * goes on beneath it: what has come together with them is lost to it (`_get_raw_response_socket` of docker 7.1). dockerd takes longer
 * to start anything than the client to read; berth does not.
 */
export function quietAfterHeaders(headers: IncomingHttpHeaders): number {
  return readsAhead.test(headers['user-agent'] ?? '') ? 30 : 0;
}
