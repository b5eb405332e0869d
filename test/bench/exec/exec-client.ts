import { Agent, type IncomingMessage, request, type RequestOptions } from 'node:http';
import type { Duplex } from 'node:stream';

/** A client of the Docker Engine API that executes as quickly as one can: nothing is measured but the daemon. */
export class ExecClient {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Creates an exec of a program that writes nothing, starts it, and waits for its end. */
  async run(container: string, command: readonly string[]): Promise<void> {
    const config = { Cmd: command, AttachStdout: true, AttachStderr: true };
    const made = await this.#call(`/containers/${container}/exec`, config);
    const { Id } = JSON.parse(made) as { readonly Id: string };
    await this.#start(Id);
  }

  /** Ends its connections. */
  close(): void {
    this.#agent.destroy();
  }

  #options(path: string, more: Readonly<Record<string, string>> = {}): RequestOptions {
    const headers = { 'Content-Type': 'application/json', ...more };
    return { socketPath: this.#socketPath, path, method: 'POST', headers };
  }

  #call(path: string, body: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ ...this.#options(path), agent: this.#agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          if (response.statusCode === 201) resolve(text);
          else reject(new Error(`${path}: ${String(response.statusCode)} ${text}`));
        });
      });
      asked.on('error', reject).end(JSON.stringify(body));
    });
  }

  #start(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const path = `/exec/${id}/start`;
      const upgrade = { Connection: 'Upgrade', Upgrade: 'tcp' };
      const asked = request(this.#options(path, upgrade));
      asked.on('upgrade', (_response: IncomingMessage, connection: Duplex, head: Buffer) => {
        if (head.length > 0) reject(new Error(`${path}: ${head.toString()}`));
        connection.on('data', (chunk: Buffer) => {
          reject(new Error(`${path}: ${chunk.toString()}`));
        });
        connection.on('error', reject).on('end', () => {
          connection.end();
          resolve();
        });
      });
      asked.on('response', (response) => {
        reject(new Error(`${path}: ${String(response.statusCode)}`));
      });
      asked.on('error', reject).end(JSON.stringify({ Detach: false, Tty: false }));
    });
  }
}
