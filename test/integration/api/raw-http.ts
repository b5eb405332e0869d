import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What to ask. */
export interface HttpQuestion {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks over a Unix socket. */
export async function ask(socketPath: string, question: HttpQuestion): Promise<HttpAnswer> {
  const { status, headers, bytes } = await askBytes(socketPath, question);
  return { status, headers, body: bytes.toString() };
}

/** As `ask`, for an answer that is no text. */
export function askBytes(
  socketPath: string,
  question: HttpQuestion,
): Promise<Pick<HttpAnswer, 'status' | 'headers'> & { readonly bytes: Buffer }> {
  const { method = 'GET', path, headers = {}, body } = question;
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers: answered } = response;
        resolve({ status: statusCode, headers: answered, bytes: Buffer.concat(chunks) });
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** Posts JSON. */
export function post(socketPath: string, path: string, body?: unknown): Promise<HttpAnswer> {
  return ask(socketPath, {
    method: 'POST',
    path,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

/** A connection on which a test writes HTTP by hand. */
export class RawConnection {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #ended = false;
  #changed = (): void => undefined;

  constructor(path: string) {
    this.socket = connect({ path, allowHalfOpen: true });
    this.socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#changed();
    });
    const end = (): void => {
      this.#ended = true;
      this.#changed();
    };
    this.socket.on('end', end).on('close', end);
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Waits for a text, and gives everything that was received so far. */
  async sees(text: string): Promise<string> {
    while (!this.#received().includes(text)) {
      if (this.#ended) throw new Error(`"${text}" not in "${this.#received().toString()}"`);
      await this.#change();
    }
    return this.#received().toString();
  }

  /** Waits for the other side to end, and gives everything that was received. */
  async ends(): Promise<Buffer> {
    while (!this.#ended) await this.#change();
    this.socket.end();
    return this.#received();
  }

  #received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}
