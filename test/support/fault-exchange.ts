import type { Socket } from 'node:net';
import { ConnectionEnd, claimedLength, faultyBody, silence } from './fault.ts';
import type { Fault } from './fault.ts';
import type { SeenRequest, Traffic } from './fault-script.ts';
import { WireReader, headerOf, wireBytes, withHeader } from './http-wire.ts';
import type { WireHead } from './http-wire.ts';

/** The two ends, and where the traffic is counted. */
export interface ExchangeParts {
  readonly client: Socket;
  readonly server: Socket;
  readonly traffic: Traffic;
  /** Comes when the client has closed. */
  readonly gone: AbortSignal;
}

/** The requests of one connection, one after the other. */
export class FaultExchange {
  readonly #parts: ExchangeParts;
  readonly #fromClient: WireReader;
  readonly #fromServer: WireReader;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#fromClient = new WireReader(parts.client);
    this.#fromServer = new WireReader(parts.server);
  }

  async run(): Promise<void> {
    const first = await this.#fromClient.peek();
    // The first byte of a TLS handshake record (RFC 8446, section 5.1).
    if (first === 0x16) return this.#passUnseen();
    for (let prior = 0; ; prior += 1) {
      const head = await this.#fromClient.head();
      if (head === undefined) return;
      await this.#exchange(head, prior);
    }
  }

  async #passUnseen(): Promise<void> {
    const toServer = this.#pump(this.#fromClient);
    for (let piece = await this.#fromServer.some(); piece; piece = await this.#fromServer.some())
      await this.#toClient(piece);
    this.#parts.client.end();
    await toServer;
  }

  async #pump(from: WireReader): Promise<void> {
    for (let piece = await from.some(); piece; piece = await from.some())
      await this.#toServer(piece);
    this.#parts.server.end();
  }

  async #exchange(head: WireHead, priorOnConnection: number): Promise<void> {
    const { traffic } = this.#parts;
    const [method = '', path = ''] = head.start.split(' ');
    const asked = { method, path, range: headerOf(head, 'range'), priorOnConnection };
    const fault = traffic.script.request?.(asked);
    const seen: SeenRequest = { ...asked, fault, status: 0, bodyBytes: 0 };
    traffic.requests.push(seen);
    if (fault?.kind === 'hang-up') throw new ConnectionEnd('reset');
    if (fault?.kind === 'stall' && fault.at === undefined) return silence(this.#clientGone());
    if (fault?.kind === 'answer') return this.#answer(head, fault, seen);
    await this.#toServer(wireBytes(head));
    // The answer may come before the request's body has ended.
    await Promise.all([this.#sendBody(head), this.#passAnswer(method, seen)]);
  }

  async #sendBody(head: WireHead): Promise<void> {
    for await (const piece of this.#fromClient.body(head, 'nothing')) await this.#toServer(piece);
  }

  async #answer(
    head: WireHead,
    { status, retryAfter }: Extract<Fault, { kind: 'answer' }>,
    seen: SeenRequest,
  ): Promise<void> {
    await drain(this.#fromClient.body(head, 'nothing'));
    const body = Buffer.from(`{"errors":[{"code":"UNKNOWN","message":"fault ${status}"}]}`);
    const lines = ['Content-Type: application/json', `Content-Length: ${body.byteLength}`];
    if (retryAfter !== undefined) lines.push(`Retry-After: ${retryAfter}`);
    seen.status = status;
    await this.#toClient(wireBytes({ start: `HTTP/1.1 ${status} Fault`, lines }));
    if (!head.start.startsWith('HEAD ')) await this.#toClient(body);
  }

  async #passAnswer(method: string, seen: SeenRequest): Promise<void> {
    const head = await this.#fromServer.head();
    if (head === undefined) throw new ConnectionEnd('end');
    const status = Number(head.start.split(' ')[1]);
    // `100 Continue` and its like come before the answer.
    if (status < 200) {
      await this.#toClient(wireBytes(head));
      return this.#passAnswer(method, seen);
    }
    seen.status = status;
    const length = headerOf(head, 'content-length');
    const isBare = method === 'HEAD' || status === 204 || status === 304;
    if (isBare) return this.#toClient(wireBytes(head));
    const sizeBytes = length === undefined ? undefined : Number(length);
    const claimed = sizeBytes !== undefined && claimedLength(seen.fault, sizeBytes);
    const shown = claimed === false || claimed === sizeBytes;
    await this.#toClient(
      wireBytes(shown ? head : withHeader(head, 'content-length', String(claimed))),
    );
    const body = keptOpen(this.#fromServer.body(head, 'length'));
    const takesTime = seen.fault?.kind === 'stall' || seen.fault?.kind === 'slow';
    const signal = takesTime ? this.#clientGone() : this.#parts.gone;
    for await (const piece of faultyBody(body, { fault: seen.fault, sizeBytes, signal })) {
      seen.bodyBytes += piece.byteLength;
      await this.#toClient(piece);
    }
    // What is left of a shortened body must not become the next answer.
    await drain(body);
  }

  /** A close is noticed only by who reads, and while a fault takes its time nobody else does. */
  #clientGone(): AbortSignal {
    const ended = new AbortController();
    void this.#fromClient.peek().then((byte) => {
      if (byte === undefined) ended.abort();
    });
    return AbortSignal.any([ended.signal, this.#parts.gone]);
  }

  async #toClient(bytes: Buffer): Promise<void> {
    this.#parts.traffic.bytesToClients += bytes.byteLength;
    await send(this.#parts.client, bytes);
  }

  async #toServer(bytes: Buffer): Promise<void> {
    this.#parts.traffic.bytesToRegistry += bytes.byteLength;
    await send(this.#parts.server, bytes);
  }
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

/** The same, but leaving a loop over it early does not end it. */
function keptOpen<T>(items: AsyncGenerator<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => items.next() }) };
}

/** Writes, and waits while the other side does not read. @throws ConnectionEnd when it has gone */
async function send(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || !socket.writable) throw new ConnectionEnd('reset');
  if (socket.write(bytes)) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle);
      if (socket.destroyed) reject(new ConnectionEnd('reset'));
      else resolve();
    };
    socket.on('drain', settle).on('close', settle);
  });
}
