import { randomBytes } from 'node:crypto';
import { listenUnix, type UnixListener } from '../../host/listen-unix.ts';
import type { Socket } from '../../host/sockets.ts';
import { helloSize, linkKind, tokenSize } from './protocol.ts';

/** The connections of one relay. */
export interface Links {
  readonly control: Socket;
  readonly stdin: Socket | undefined;
}

/** A relay that is expected to connect. */
export interface Arrival {
  /** What it says to be known by. */
  readonly token: Uint8Array;
  readonly links: Promise<Links>;
  /** It will not come: nobody waits for it any more. */
  cancel(): void;
}

/** The socket that relays connect to. */
export class ExecSocket {
  readonly path: string;
  #listener: UnixListener | undefined;
  /** What all tokens begin with: an earlier berthd's relay is not taken for one of ours. */
  readonly #tokens = randomBytes(tokenSize);
  #count = 0n;
  readonly #expected = new Map<string, (kind: number, socket: Socket) => void>();

  private constructor(path: string) {
    this.path = path;
  }

  /** Listens; nobody but root can connect. */
  static async open(path: string): Promise<ExecSocket> {
    const socket = new ExecSocket(path);
    socket.#listener = await listenUnix(path, (connection) => {
      socket.#take(connection);
    });
    return socket;
  }

  /** Listens no more; executed processes go on, and their connections. */
  async close(): Promise<void> {
    await this.#listener?.close();
  }

  /** Begins to wait for a relay, before it is started. */
  expect({ stdin }: { readonly stdin: 'none' | 'open' }): Arrival {
    const token = this.#nextToken();
    const key = token.toString('hex');
    const settled = Promise.withResolvers<Links>();
    const found: { control?: Socket; stdin?: Socket } = {};
    this.#expected.set(key, (kind, socket) => {
      if (kind === linkKind.control) found.control = socket;
      else found.stdin = socket;
      const { control } = found;
      if (!control || (stdin === 'open' && !found.stdin)) return;
      this.#expected.delete(key);
      settled.resolve({ control, stdin: found.stdin });
    });
    return {
      token,
      links: settled.promise,
      cancel: () => {
        this.#expected.delete(key);
        found.control?.destroy();
        found.stdin?.destroy();
      },
    };
  }

  /** Nobody has to guess it, since only root gets to the socket; it must be nobody else's. */
  #nextToken(): Buffer {
    const token = Buffer.from(this.#tokens);
    this.#count += 1n;
    token.writeBigUInt64LE(this.#count, tokenSize - 8);
    return token;
  }

  #take(connection: Socket): void {
    // A relay that is killed resets its connections: whoever reads learns of the end.
    connection.on('error', () => undefined);
    const onReadable = (): void => {
      const hello = connection.read(helloSize) as Buffer | null;
      if (!hello) return;
      connection.off('readable', onReadable);
      const arrived = this.#expected.get(hello.toString('hex', 0, tokenSize));
      if (arrived) arrived(hello.readUInt32LE(tokenSize), connection);
      else connection.destroy();
    };
    connection.on('readable', onReadable);
    connection.once('end', () => {
      if (connection.listenerCount('readable', onReadable) > 0) connection.destroy();
    });
  }
}
