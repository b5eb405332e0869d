import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A client of the Docker Engine API that takes next to no time itself, so that nothing is measured but the daemon: it writes
 * HTTP as bytes, and reads no more of the answers than it needs.
 */
export class ExecClient {
  readonly #socketPath: string;
  #kept: Promise<Socket> | undefined;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Creates an exec of a program that writes nothing, starts it, and waits for its end. */
  async run(container: string, command: readonly string[]): Promise<void> {
    const config = { Cmd: command, AttachStdout: true, AttachStderr: true };
    const made = await this.#create(`/containers/${container}/exec`, config);
    await this.#start(`/exec/${made}/start`);
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    (await this.#kept)?.destroy();
  }

  /** On a connection that is kept, as all clients do; gives the id. */
  async #create(path: string, body: object): Promise<string> {
    this.#kept ??= this.#connect();
    const socket = await this.#kept;
    return new Promise((resolve, reject) => {
      let answer = '';
      const take = (chunk: Buffer): void => {
        answer += chunk.toString('latin1');
        const [, id] = /"Id":"([0-9a-f]{64})"/.exec(answer) ?? [];
        const isWhole = answer.trimEnd().endsWith('}');
        if (!isWhole) return;
        socket.off('data', take);
        if (answer.startsWith('HTTP/1.1 201 ') && id !== undefined) resolve(id);
        else reject(new Error(`${path}: ${answer}`));
      };
      socket.on('data', take);
      socket.write(request(path, body));
    });
  }

  /** On a connection of its own, which becomes the program's streams; nothing may come but the end. */
  async #start(path: string): Promise<void> {
    const socket = await this.#connect();
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1');
    });
    socket.write(
      request(path, { Detach: false, Tty: false }, 'Connection: Upgrade\r\nUpgrade: tcp\r\n'),
    );
    await once(socket, 'end');
    socket.destroy();
    if (!answer.startsWith('HTTP/1.1 101 ') || !answer.endsWith('\r\n\r\n'))
      throw new Error(`${path}: ${answer}`);
  }

  async #connect(): Promise<Socket> {
    const socket = connect(this.#socketPath);
    await once(socket, 'connect');
    return socket;
  }
}

function request(path: string, body: object, headers = ''): string {
  const text = JSON.stringify(body);
  return (
    `POST ${path} HTTP/1.1\r\nHost: docker\r\n${headers}Content-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  );
}
