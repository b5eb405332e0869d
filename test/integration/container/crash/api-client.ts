import { request } from 'node:http';

/** An answer of berthd; status 0: it was killed before it gave one. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks berthd over its socket, and bears that it is killed meanwhile. */
export class ApiClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** @param body An object is sent as JSON, bytes as an archive. */
  call(method: string, path: string, body?: object): Promise<Answer> {
    const isArchive = body instanceof Uint8Array;
    const headers = { 'content-type': isArchive ? 'application/x-tar' : 'application/json' };
    const socketPath = this.#socketPath;
    return new Promise((resolve) => {
      const lost = (): void => {
        resolve({ status: 0, body: '' });
      };
      const call = request({ socketPath, method, path, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('close', lost);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('latin1');
          resolve({ status: response.statusCode ?? 0, body: text });
        });
      });
      call.on('error', lost);
      call.end(isArchive || body === undefined ? body : JSON.stringify(body));
    });
  }

  /** Wants success. */
  async get<T>(path: string): Promise<T> {
    return JSON.parse((await this.must('GET', path)).body) as T;
  }

  /** Wants success. */
  async must(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.call(method, path, body);
    if (isSuccess(answer)) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
  }
}

/** Whether a client was told that it has happened. */
export function isSuccess({ status, body }: Answer): boolean {
  // A load tells of its errors in its body.
  return ((status >= 200 && status < 300) || status === 304) && !body.includes('"errorDetail"');
}
