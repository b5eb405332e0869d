import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** A question by UDP. */
export interface DatagramExchange {
  /** An IP address, with a zone where it needs one. */
  readonly address: string;
  readonly port: number;
  readonly message: Uint8Array;
  /** Whether a datagram is the answer; others are passed over. */
  readonly isAnswer: (message: Buffer) => boolean;
  /** Gives the question up. */
  readonly signal: AbortSignal;
}

/**
 * Sends one datagram from a port that the kernel picks at random, and waits for its answer: the kernel lets nothing through but what
 * comes from where it went. Rejects with the system's error, such as ECONNREFUSED, or the signal's reason.
 */
export function exchangeDatagrams(exchange: DatagramExchange): Promise<Buffer> {
  const { address, port, message, isAnswer, signal } = exchange;
  const type = isIPv6(address) ? 'udp6' : 'udp4';
  return new Promise((resolve, reject) => {
    const socket = createSocket(type);
    let ended = false;
    const once = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', giveUp);
      socket.close();
      settle();
    };
    const giveUp = (): void => {
      once(() => {
        reject(signal.reason as Error);
      });
    };
    const fail = (error: Error): void => {
      once(() => {
        reject(error);
      });
    };
    socket.on('error', fail);
    socket.on('message', (answer) => {
      if (!isAnswer(answer)) return;
      once(() => {
        resolve(answer);
      });
    });
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    socket.connect(port, address, () => {
      if (ended) return;
      socket.send(message, (error) => {
        if (error) fail(error);
      });
    });
  });
}

export type { Socket as DatagramSocket } from 'node:dgram';
