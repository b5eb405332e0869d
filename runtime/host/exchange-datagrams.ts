import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
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
  const socket = createSocket(isIPv6(exchange.address) ? 'udp6' : 'udp4');
  return exchangeOver(socket, exchange).finally(() => {
    socket.close();
  });
}

/**
 * The same by a socket that is there, is of the address's family and is connected to nobody.
 * @param way `connect`: it is connected afterwards. `send`: it is not, hears of errors if it was made so, and what comes from elsewhere
 *   is passed over here; the address has to be in its canonical form (RFC 5952).
 */
export function exchangeOver(
  socket: Socket,
  { address, port, message, isAnswer, signal }: DatagramExchange,
  way: 'connect' | 'send' = 'connect',
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const once = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      signal.removeEventListener('abort', giveUp);
      socket.off('error', fail).off('message', take);
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
    const take = (answer: Buffer, from: RemoteInfo): void => {
      if (way === 'send' && (from.address !== address || from.port !== port)) return;
      if (!isAnswer(answer)) return;
      once(() => {
        resolve(answer);
      });
    };
    socket.on('error', fail);
    socket.on('message', take);
    if (signal.aborted) {
      giveUp();
      return;
    }
    signal.addEventListener('abort', giveUp);
    const sent = (error: Error | null): void => {
      if (error) fail(error);
    };
    if (way === 'send') {
      socket.send(message, port, address, sent);
      return;
    }
    // What the types do not say: where there is no way, the error comes here.
    const connected = (error?: Error): void => {
      if (error) fail(error);
      if (!ended) socket.send(message, sent);
    };
    socket.connect(port, address, connected);
  });
}

export type { Socket as DatagramSocket } from 'node:dgram';
