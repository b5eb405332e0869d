import { randomInt } from 'node:crypto';
import { exchangeDatagrams } from '../../host/exchange-datagrams.ts';
import type { Socket } from '../../host/sockets.ts';
import { connectStream } from '../../host/stream-connection.ts';
import { FrameParser, frame } from './frames.ts';
import { isAnswerTo } from './question.ts';
import { dnsPort } from './redirect-table.ts';

/** A name server that is asked for what no container is called. */
export interface Upstream {
  /** An IP address, with a zone where it needs one; as berthd's own network namespace reaches it. */
  readonly address: string;
  /** Absent: 53. */
  readonly port?: number;
}

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
  const { address, port = dnsPort } = upstream;
  const signal = AbortSignal.any([question.signal, AbortSignal.timeout(timeoutMs)]);
  const isAnswer = (message: Buffer): boolean => isAnswerTo(message, query);
  const answer =
    transport === 'udp'
      ? await exchangeDatagrams({ address, port, message: query, isAnswer, signal })
      : await exchangeFrames(await connectStream({ host: address, port }, timeoutMs), {
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
    signal.addEventListener('abort', giveUp);
    socket.write(frame(query));
  });
}
