import { Agent, request } from 'node:http';

/** A client of the Docker Engine API with a number of connections that it keeps. */
export class ApiClient {
  readonly #socketPath: string;
  readonly #agent: Agent;

  /** @param connections how many requests are on their way at once */
  constructor(socketPath: string, connections: number) {
    this.#socketPath = socketPath;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Asks, and reads the whole answer. Throws when the status is not one of success. */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          ...{ socketPath: this.#socketPath, agent: this.#agent, method, path },
          headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const { statusCode = 0 } = response;
            if (statusCode < 300) resolve(text);
            else reject(new Error(`${method} ${path}: ${statusCode} ${text}`));
          });
        },
      );
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Ends its connections. */
  close(): void {
    this.#agent.destroy();
  }
}

/** Does `count` things, so many of them at once; they get their numbers, from 0 on. */
export async function atOnce(
  many: { readonly count: number; readonly workers: number },
  work: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < many.count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: many.workers }, worker));
}
