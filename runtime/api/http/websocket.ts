import type { IncomingHttpHeaders } from 'node:http';
import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';

import { BerthError } from '../../errors/berth-error.ts';
import type { Payload } from './api-response.ts';
import type { HijackExchange } from './hijack.ts';

/** As much as one message may have: what is typed, or pasted, has less. */
const maxMessageBytes = 16 * 1024 * 1024;

/** Refuses a request that does not ask for a WebSocket (RFC 6455, 4.2.1). @throws API_REQUEST_INVALID */
export function refuseOtherProtocols(headers: IncomingHttpHeaders): void {
  const { upgrade = '' } = headers;
  if (upgrade.toLowerCase() === 'websocket' && headers['sec-websocket-key'] !== undefined) return;
  throw notWebSocket('Ask for it with the headers "Upgrade: websocket" and "Sec-WebSocket-Key".');
}

function notWebSocket(remedy: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', { message: 'not websocket protocol', remedy });
}

/**
 * Turns a connection into a WebSocket, and that into bytes in both directions.
 *
 * @throws API_REQUEST_INVALID; then the connection is gone
 */
export async function takeWebSocket(
  { request, response, upgrade }: HijackExchange,
  payload: Payload,
): Promise<Duplex> {
  // Few clients attach this way, and the daemon's start does not wait for the library.
  const { WebSocketServer } = await import('ws');
  return new Promise((resolve, reject) => {
    if (upgrade === undefined) {
      reject(notWebSocket('Ask for it with the header "Connection: Upgrade".'));
      return;
    }
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: maxMessageBytes,
    });
    server.once('wsClientError', (problem) => {
      upgrade.connection.destroy();
      reject(notWebSocket(problem.message));
    });
    response.detachSocket(request.socket);
    // The library says nothing of a client that has left meanwhile.
    const leave = (): void => {
      reject(notWebSocket('Stay until the WebSocket is there.'));
    };
    upgrade.connection.once('close', leave);
    if (upgrade.connection.destroyed) leave();
    server.handleUpgrade(request, upgrade.connection, upgrade.head, (socket) => {
      resolve(new WebSocketConnection(socket, payload));
    });
  });
}

/** A WebSocket as a stream. It has no half-closing: the client's end is that of both directions. */
class WebSocketConnection extends Duplex {
  readonly #socket: WebSocket;
  readonly #payload: Payload;

  constructor(socket: WebSocket, payload: Payload) {
    super();
    this.#socket = socket;
    this.#payload = payload;
    socket.on('message', (data: RawData) => {
      // What nobody reads yet is not taken from the wire.
      if (!this.push(bytesOf(data))) socket.pause();
    });
    socket.on('close', () => {
      this.push(null);
      this.destroy();
    });
    socket.on('error', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.send(chunk, { binary: this.#payload === 'binary' }, done);
  }

  override _final(done: () => void): void {
    this.#socket.close(1000);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.#socket.terminate();
    done(error);
  }
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
