import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { decode, encode, type Packet } from 'dns-packet';
import { FrameParser, frame } from '../../../runtime/network/names/frames.ts';

/**
 * What a server does with a question: answers, with the bytes of these messages in their order, or says nothing. `port`: from which
 * it was asked.
 */
export type Behaviour = (
  query: Packet,
  transport: 'udp' | 'tcp',
  port: number,
) => readonly Buffer[];

/** A real name server of another host, on loopback if nothing else is said, by UDP and TCP at the same port. */
export class UpstreamServer {
  readonly port: number;
  /** Names that it was asked for. */
  readonly asked: string[] = [];
  behaviour: Behaviour;
  readonly #datagrams: DatagramSocket;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  private constructor(datagrams: DatagramSocket, server: Server, behaviour: Behaviour) {
    this.#datagrams = datagrams;
    this.#server = server;
    this.port = datagrams.address().port;
    this.behaviour = behaviour;
    datagrams.on('message', (message, { port, address }) => {
      for (const answer of this.#answer(message, 'udp', port))
        datagrams.send(answer, port, address);
    });
    server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket)).on('error', () => undefined);
      const parser = new FrameParser();
      socket.on('data', (chunk: Buffer) => {
        for (const message of parser.push(chunk))
          for (const answer of this.#answer(message, 'tcp', socket.remotePort ?? 0))
            socket.write(frame(answer));
      });
    });
  }

  /** @param place where it listens; without a port, at one that is free */
  static async start(
    behaviour: Behaviour,
    { address, port = 0 }: { readonly address: string; readonly port?: number } = {
      address: '127.0.0.1',
    },
  ): Promise<UpstreamServer> {
    for (;;) {
      const datagrams = createSocket(isIPv6(address) ? 'udp6' : 'udp4').bind(port, address);
      await once(datagrams, 'listening');
      const server = createServer();
      const isFree = await new Promise<boolean>((resolve) => {
        server.once('error', () => {
          resolve(false);
        });
        server.listen(datagrams.address().port, address, () => {
          resolve(true);
        });
      });
      if (isFree) return new UpstreamServer(datagrams, server, behaviour);
      datagrams.close();
      if (port !== 0) throw new Error(`${address}:${port} is taken`);
    }
  }

  get place(): { readonly address: string; readonly port: number } {
    return { address: '127.0.0.1', port: this.port };
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await Promise.all([
      new Promise<void>((resolve) => this.#datagrams.close(resolve)),
      new Promise((resolve) => this.#server.close(resolve)),
    ]);
  }

  #answer(message: Buffer, transport: 'udp' | 'tcp', port: number): readonly Buffer[] {
    const query = decode(message);
    this.asked.push(query.questions?.[0]?.name ?? '');
    return this.behaviour(query, transport, port);
  }
}

/** An answer with one address, or what is said instead. */
export function answerWith(query: Packet, address: string, more: Partial<Packet> = {}): Buffer {
  const name = query.questions?.[0]?.name ?? '';
  return encode({
    type: 'response',
    id: query.id ?? 0,
    flags: 0x180,
    questions: query.questions ?? [],
    answers: [{ type: 'A', name, data: address }],
    ...more,
  });
}

/** An answer with a code and nothing else. */
export function answerCode(query: Packet, code: number): Buffer {
  const { id = 0, questions = [] } = query;
  return encode({ type: 'response', id, flags: 0x180 | code, questions });
}
