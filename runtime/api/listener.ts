import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { BerthError, messageOf } from '../errors/berth-error.ts';
import { removeFile } from '../host/files.ts';
import { hasErrno } from '../host/files.ts';
import { createServer } from '../host/http.ts';
import { kernelUuid } from '../host/kernel-uuid.ts';
import type { PassedSocket } from '../host/passed-sockets.ts';
import type { ServerIdentity } from '../host/tls-server.ts';
import { inspectSocketPlace, openSocketTo, type SocketAccess } from '../host/unix-socket.ts';
import { beginAnswer } from './http/begin-answer.ts';
import { afterAnswer, afterWholeAnswer } from './http/pipelining.ts';
import { commonHeaders, pingBody, pingHeaders } from './http/ping.ts';
import { requestIdHeader, requestIdOf } from './http/request-id.ts';
import { apiServerOptions } from './http/server-options.ts';

/** What answers requests once the engine is ready. */
export interface ApiHandlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer): void;
}

/** Where to listen over TCP, and as whom. */
export interface TcpPlace {
  readonly host: string;
  readonly port: number;
  readonly identity: ServerIdentity;
}

/** So many clients may come at once before they are taken: as many as the kernel has room for (net.core.somaxconn), as with Go. */
const mostWaiting = 65_535;

/** What a listener is made of. */
interface ListenerParts {
  /** Whose the socket is: its maker sets who may connect, and removes it. */
  readonly owner: 'berthd' | 'service-manager' | 'tcp';
  readonly server: Server;
  readonly version: string;
  /** Counts for connections from now on; only over TCP. */
  readonly replaceIdentity?: (identity: ServerIdentity) => void;
}

/**
 * A socket that takes connections before there is anybody to serve them: `/_ping` is answered at once, everything
 * else waits until `serve`. So a client that comes while berthd starts, or starts again after a crash, waits for an
 * instant instead of being turned away.
 */
export class ApiListener {
  /** Of a Unix socket; over TCP such as `tcp://0.0.0.0:2376`. */
  get path(): string {
    return this.#path;
  }

  /** What `/_ping` says of it until there is somebody to serve: see `EngineIdentity`. */
  experimental: 'on' | 'off' = 'off';
  #path: string;
  readonly #parts: ListenerParts;
  readonly #server: Server;
  readonly #waiting: ((handlers: ApiHandlers) => void)[] = [];
  /** The last answer of each connection. */
  readonly #answers = new WeakMap<Duplex, ServerResponse>();
  #handlers: ApiHandlers | undefined;
  #closed = false;

  private constructor(path: string, parts: ListenerParts) {
    this.#path = path;
    this.#parts = parts;
    this.#server = parts.server;
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const before = this.#answers.get(request.socket);
      this.#answers.set(request.socket, response);
      afterAnswer(before, request.socket, () => {
        this.#take(request, response);
      });
    });
    this.#server.on('clientError', (problem: NodeJS.ErrnoException, connection: Duplex) => {
      void refuse(problem, connection, this.#answers.get(connection));
    });
    this.#server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
      afterWholeAnswer(this.#answers.get(connection), connection, () => {
        this.#whenReady((handlers) => {
          handlers.upgrade(request, connection, head);
        });
      });
    });
  }

  /**
   * Listens on a Unix socket; only root may connect until `openTo`. A socket that a killed berthd left is replaced; one
   * that somebody listens on, or anything else at the path, is left alone.
   * @throws BerthError API_SOCKET_IN_USE
   */
  static async open(path: string, version: string): Promise<ApiListener> {
    await makeRoom(path);
    const listener = new ApiListener(path, { owner: 'berthd', server: plainServer(), version });
    await listener.#listen({ path });
    return listener;
  }

  /**
   * Takes over a socket that a service manager has opened (socket activation). Who may connect is settled there, and the
   * socket outlives this process: clients that come while none listens wait for the next.
   * @throws Node.js system errors: `EINVAL`, `EBADF` for a descriptor that is no listening socket
   */
  static async adopt(passed: PassedSocket, version: string): Promise<ApiListener> {
    const parts = { owner: 'service-manager', server: plainServer(), version } as const;
    const listener = new ApiListener(passed.path, parts);
    await listener.#listen({ fd: passed.descriptor });
    return listener;
  }

  /**
   * Listens over TCP, for clients with a certificate.
   * @throws BerthError API_SOCKET_IN_USE for an address that is taken, or that is none of the host's
   */
  static async openTcp(place: TcpPlace, version: string): Promise<ApiListener> {
    const { host, port, identity } = place;
    // All of TLS: who listens on Unix sockets only does without.
    const { createTlsServer } = await import('../host/tls-server.ts');
    const { server, replace } = createTlsServer({ identity, http: apiServerOptions });
    const name = `tcp://${host.includes(':') ? `[${host}]` : host}`;
    const path = `${name}:${port}`;
    const parts = { owner: 'tcp', server, version, replaceIdentity: replace } as const;
    const listener = new ApiListener(path, parts);
    try {
      await listener.#listen({ host, port });
      // The kernel has chosen for port 0.
      const address = server.address();
      if (typeof address === 'object' && address !== null)
        listener.#path = `${name}:${address.port}`;
    } catch (error) {
      if (!hasErrno(error, 'EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND')) throw error;
      throw new BerthError('API_SOCKET_IN_USE', {
        message: `cannot listen at "${path}" (${messageOf(error)}), wanted a free address of this host`,
        remedy: 'Choose another address in "hosts", or stop what listens there.',
        details: { path },
        cause: error,
      });
    }
    return listener;
  }

  /** Certificates and key for connections from now on; a Unix socket has none. */
  replaceIdentity(identity: ServerIdentity): void {
    this.#parts.replaceIdentity?.(identity);
  }

  /** Lets a group connect; a socket of the service manager's stays as that has made it. */
  async openTo(access: SocketAccess): Promise<void> {
    if (this.#parts.owner === 'berthd') await openSocketTo(this.path, access);
  }

  /** Answers from now on, first those that wait. */
  serve(handlers: ApiHandlers): void {
    this.#handlers = handlers;
    for (const waiting of this.#waiting.splice(0)) waiting(handlers);
  }

  /** Ends all connections and gives the path up. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
    if (this.#parts.owner === 'berthd') await removeFile(this.path);
  }

  async #listen(
    where: { readonly path: string } | { readonly fd: number } | Pick<TcpPlace, 'host' | 'port'>,
  ): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      // For a descriptor Node takes it in no other place.
      this.#server.listen(where, mostWaiting, resolve);
    });
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#handlers === undefined && isPing(request)) this.#answerPing(request, response);
    else {
      this.#whenReady((handlers) => {
        handlers.request(request, response);
      });
    }
  }

  #whenReady(action: (handlers: ApiHandlers) => void): void {
    if (this.#handlers === undefined) this.#waiting.push(action);
    else action(this.#handlers);
  }

  #answerPing(request: IncomingMessage, response: ServerResponse): void {
    const body = request.method === 'HEAD' ? '' : pingBody;
    beginAnswer(request, response, 200, {
      ...commonHeaders({ version: this.#parts.version, experimental: this.experimental }),
      ...pingHeaders,
      [requestIdHeader]: requestIdOf(request, kernelUuid),
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': body.length,
    });
    response.end(body);
  }
}

/** Answers what is no HTTP request. That is seldom, and takes the whole catalogue of errors: it is loaded for the first one. */
async function refuse(
  problem: NodeJS.ErrnoException,
  connection: Duplex,
  answering: ServerResponse | undefined,
): Promise<void> {
  try {
    const { refuseMalformed } = await import('./http/refuse-malformed.ts');
    refuseMalformed(problem, connection, answering);
  } catch {
    connection.destroy();
  }
}

function plainServer(): Server {
  return createServer(apiServerOptions);
}

function isPing({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && /^(\/v\d+\.\d+)?\/_ping(\?|$)/.test(url);
}

async function makeRoom(path: string): Promise<void> {
  const place = await inspectSocketPlace(path);
  if (place === 'alive') {
    throw new BerthError('API_SOCKET_IN_USE', {
      message: `another process listens on "${path}", wanted a free path`,
      remedy: 'Stop the other daemon, or choose another socket.',
      details: { path },
    });
  }
  if (place === 'other') {
    throw new BerthError('API_SOCKET_IN_USE', {
      message: `"${path}" is there and is no socket, wanted a free path`,
      remedy: 'Move it away, or choose another socket.',
      details: { path },
    });
  }
  if (place === 'dead') await removeFile(path);
}
