import {
  type DatagramExchange,
  type DatagramSocket,
  exchangeOver,
} from '../../host/exchange-datagrams.ts';
import type { Socket } from '../../host/sockets.ts';
import { formatAddress, type IpAddress, parseAddress } from '../address/ip-address.ts';
import type { SocketChannel } from './socket-channel.ts';
import type { UpstreamSockets } from './upstream.ts';

/** As many are made at once, and kept for the next questions. */
const mostIdle = 16;

/** Who waits for a socket. */
interface Waiting {
  readonly resolve: (socket: DatagramSocket) => void;
  readonly reject: (error: unknown) => void;
}

interface Pool {
  readonly idle: DatagramSocket[];
  readonly waiting: Waiting[];
  isOpening: boolean;
}

/**
 * Asks name servers from a container's network namespace. By UDP each question has a socket to itself, as the host's have, and with
 * it a port that the kernel picks at random: a socket that is connected to nobody again has lost its port. So the sockets are used
 * again and again, and no program has to run for a question unless more are under way than ever before. One of IPv6 is for a single
 * question, and many are made at once: Node.js 26 cannot connect a socket of IPv6 that it was handed (lib/dgram.js, `replaceHandle`
 * leaves `connect` that of IPv4). By TCP, which is rare, a program makes each connection.
 */
export class NamespaceSockets implements UpstreamSockets {
  readonly #channel: SocketChannel;
  readonly #namespace: string;
  readonly #pools: Readonly<Record<IpAddress['family'], Pool>> = { 4: emptyPool(), 6: emptyPool() };
  readonly #end = new AbortController();
  readonly #opening = new Set<Promise<void>>();

  /** @param namespace where the container's network namespace is kept */
  constructor(channel: SocketChannel, namespace: string) {
    this.#channel = channel;
    this.#namespace = namespace;
  }

  async exchange(exchange: DatagramExchange): Promise<Buffer> {
    const address = known(exchange.address);
    const { family } = address;
    const signal = AbortSignal.any([exchange.signal, this.#end.signal]);
    signal.throwIfAborted();
    const pool = this.#pools[family];
    const socket = pool.idle.pop() ?? (await this.#next(pool, family));
    if (signal.aborted) this.#offer(pool, socket);
    signal.throwIfAborted();
    const question = { ...exchange, address: formatAddress(address), signal };
    try {
      return await exchangeOver(socket, question, family === 4 ? 'connect' : 'send');
    } finally {
      this.#giveBack(pool, socket);
    }
  }

  async connect({
    address,
    port,
  }: {
    readonly address: string;
    readonly port: number;
  }): Promise<Socket> {
    this.#end.signal.throwIfAborted();
    const place = { namespace: this.#namespace, address: known(address), port };
    const socket = await this.#channel.connect(place);
    if (this.#end.signal.aborted) socket.destroy();
    // Such as one that was refused at once.
    if (socket.destroyed) return socket;
    const end = (): void => {
      socket.destroy();
    };
    this.#end.signal.addEventListener('abort', end);
    socket.once('close', () => {
      this.#end.signal.removeEventListener('abort', end);
    });
    return socket;
  }

  /** Gives up what is under way; resolves when nothing is left in the namespace. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the name server of the container ends'));
    for (const { idle } of Object.values(this.#pools))
      for (const socket of idle.splice(0)) socket.close();
    await Promise.all(this.#opening);
  }

  #next(pool: Pool, family: IpAddress['family']): Promise<DatagramSocket> {
    return new Promise((resolve, reject) => {
      pool.waiting.push({ resolve, reject });
      if (pool.isOpening) return;
      const opening = this.#open(pool, family).finally(() => {
        this.#opening.delete(opening);
      });
      this.#opening.add(opening);
    });
  }

  /** One program at a time, with as many sockets as are waited for. */
  async #open(pool: Pool, family: IpAddress['family']): Promise<void> {
    pool.isOpening = true;
    while (pool.waiting.length > 0) {
      const count = family === 6 ? mostIdle : Math.min(pool.waiting.length, mostIdle);
      try {
        this.#end.signal.throwIfAborted();
        const plan = { namespace: this.#namespace, family, count };
        for (const socket of await this.#channel.openDatagrams(plan)) {
          // Between two questions nobody listens, and an error without a listener would end the process.
          socket.on('error', () => undefined);
          this.#offer(pool, socket);
        }
      } catch (error) {
        for (const { reject } of pool.waiting.splice(0)) reject(error);
      }
    }
    pool.isOpening = false;
  }

  #giveBack(pool: Pool, socket: DatagramSocket): void {
    try {
      socket.disconnect();
    } catch {
      // It has not come to be connected: where there is no way, for example, or because it is of IPv6.
      socket.close();
      return;
    }
    this.#offer(pool, socket);
  }

  #offer(pool: Pool, socket: DatagramSocket): void {
    const next = pool.waiting.shift();
    if (next !== undefined) next.resolve(socket);
    else if (this.#end.signal.aborted || pool.idle.length >= mostIdle) socket.close();
    else pool.idle.push(socket);
  }
}

function emptyPool(): Pool {
  return { idle: [], waiting: [], isOpening: false };
}

/** A zone names an interface of berthd's own namespace, or none. @throws Error it is of no use elsewhere */
function known(text: string): IpAddress {
  const address = parseAddress(text);
  if (address === undefined)
    throw new Error(`"${text}" is no address of another network namespace`);
  return address;
}
