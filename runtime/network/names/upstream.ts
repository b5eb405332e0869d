import { randomInt } from 'node:crypto';
import { type DatagramExchange, exchangeDatagrams } from '../../host/exchange-datagrams.ts';
import type { Socket } from '../../host/sockets.ts';
import { connectStream } from '../../host/stream-connection.ts';
import { FrameParser, frame } from './frames.ts';
import { isAnswerTo } from './question.ts';
import { dnsPort } from './redirect-table.ts';

/** A name server that is asked for what no container is called. */
export interface Upstream {
  /** An IP address, with a zone where it needs one. */
  readonly address: string;
  /** Absent: 53. */
  readonly port?: number;
  /** Those of the namespace from which it is asked; absent: berthd's own. */
  readonly sockets?: UpstreamSockets;
}

/** How servers are asked from a network namespace. */
export interface UpstreamSockets {
  /** Sends a datagram and waits for its answer. Rejects with the system's error, or the signal's reason. */
  readonly exchange: (exchange: DatagramExchange) => Promise<Buffer>;
  /** A connection by TCP, which may still be about to be made. */
  readonly connect: (
    place: { readonly address: string; readonly port: number },
    timeoutMs: number,
  ) => Promise<Socket>;
}

const ownSockets: UpstreamSockets = {
  exchange: exchangeDatagrams,
  connect: ({ address, port }, timeoutMs) => connectStream({ host: address, port }, timeoutMs),
};

/** A question to one server. */
export interface UpstreamQuestion {
  readonly upstream: Upstream;
  /** The resolver's own message. It goes on as it is, but for its number. */
  readonly query: Buffer;
  /** By which it came, and goes on: an answer that says that it was cut short goes back, and the resolver asks by TCP itself. */
  readonly transport: 'udp' | 'tcp';
  /** Of the whole exchange. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks one server. Number and port of the question are random and an answer must have the question in it, so that nobody who does
 * not see the question can answer it (RFC 5452). Rejects with the system's error, or the signal's reason.
 */
export async function askUpstream(question: UpstreamQuestion): Promise<Buffer> {
  const { upstream, transport, timeoutMs } = question;
  const query = Buffer.from(question.query);
  query.writeUInt16BE(randomInt(0x10000), 0);
  const { address, port = dnsPort, sockets = ownSockets } = upstream;
  const signal = AbortSignal.any([question.signal, AbortSignal.timeout(timeoutMs)]);
  const isAnswer = (message: Buffer): boolean => isAnswerTo(message, query);
  const answer =
    transport === 'udp'
      ? await sockets.exchange({ address, port, message: query, isAnswer, signal })
      : await exchangeFrames(await sockets.connect({ address, port }, timeoutMs), {
          query,
          isAnswer,
          signal,
        });
  const own = Buffer.from(answer);
  question.query.copy(own, 0, 0, 2);
  return own;
}

function exchangeFrames(
  socket: Socket,
  {
    query,
    isAnswer,
    signal,
  }: {
    readonly query: Buffer;
    readonly isAnswer: (message: Buffer) => boolean;
    readonly signal: AbortSignal;
  },
): Promise<Buffer> {
  const parser = new FrameParser();
  return new Promise<Buffer>((resolve, reject) => {
    const giveUp = (): void => {
      reject(signal.reason as Error);
      socket.destroy();
    };
    socket.once('close', () => {
      signal.removeEventListener('abort', giveUp);
      reject(new Error('the connection was closed'));
    });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      const answer = parser.push(chunk).find(isAnswer);
      if (answer === undefined) return;
      resolve(answer);
      socket.destroy();
    });
    if (signal.aborted) {
      giveUp();
      return;
    }
    // One that is handed over may have failed before anybody listened.
    if (socket.destroyed) {
      reject(new Error('the connection was closed'));
      return;
    }
    signal.addEventListener('abort', giveUp);
    socket.write(frame(query));
  });
}
