import type { Duplex, Readable } from 'node:stream';
import { BerthError } from '../../errors/berth-error.ts';
import type { SocketRequest, SocketResponse } from '../../host/http-client.ts';
import { requestOverSocket, upgradeOverSocket } from '../../host/http-client.ts';
import type { Endpoint } from './endpoint.ts';
import { apiFailure, connectionFailure } from './failure.ts';

/** One call of the API. */
export interface ApiCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Without the version, such as `/containers/json`; names in it percent-encoded ({@link segment}). */
  readonly path: string;
  /** What is `undefined` is left out; a list is given several times. */
  readonly query?: Readonly<
    Record<string, string | number | boolean | readonly string[] | undefined>
  >;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`: a tar. */
  readonly upload?: Readable;
  /** More headers, such as `X-Registry-Auth`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is yet to be read. */
export interface ApiAnswer {
  readonly headers: SocketResponse['headers'];
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The newest Docker Engine API version that this client speaks; an older daemon is spoken to in its own. */
export const newestApiVersion = '1.51';

/** Percent-encodes a name for use as one part of a path; slashes of image names stay, as Docker's router wants. */
export function segment(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}

/** The older of two versions such as `1.9` and `1.41`. */
export function olderVersion(a: string, b: string): string {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA <= minorB) ? a : b;
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const whereTo = ({
  socketPath,
  connect,
}: Endpoint): Pick<SocketRequest, 'socketPath' | 'connect'> =>
  connect === undefined ? { socketPath } : { socketPath, connect };

/**
 * A client of the Docker Engine API over a unix socket, TLS or ssh. Every method throws DAEMON_UNREACHABLE,
 * API_STREAM_BROKEN, and for a status of 400 or more the daemon's error code or API_ERROR.
 */
export class ApiClient {
  readonly endpoint: Endpoint;
  #version: string | undefined;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * The version both sides speak, from the `Api-Version` header of `/_ping`. Each call that comes before the first answer
   * asks by itself: one that gives up takes no other along.
   */
  async version(signal?: AbortSignal): Promise<string> {
    if (this.#version !== undefined) return this.#version;
    const version = await this.#negotiate(signal);
    this.#version = version;
    return version;
  }

  /** Calls and reads the whole answer as JSON; `undefined` for an empty one (204, 304). */
  async json(call: ApiCall): Promise<unknown> {
    const text = await this.text(call);
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new BerthError('API_RESPONSE_INVALID', {
        message: `the daemon answered '${text.slice(0, 80)}' to ${call.method} ${call.path}, wanted JSON`,
        details: {
          problem: 'no-json',
          answer: text.slice(0, 80),
          asked: `${call.method} ${call.path}`,
        },
        cause,
      });
    }
  }

  /** Calls and reads the whole answer as text. */
  async text(call: ApiCall): Promise<string> {
    return readText(await this.stream(call));
  }

  /**
   * Calls and hands over the answer's body as it arrives. Resolves as soon as the head is there; a connection
   * that breaks later throws where the body is read.
   */
  async stream(call: ApiCall): Promise<AsyncIterable<Uint8Array>> {
    return (await this.exchange(call)).chunks;
  }

  /** The same, with the answer's headers, whose names are in lower case. */
  async exchange(call: ApiCall): Promise<ApiAnswer> {
    const request = await this.#request(call);
    const response = await this.#connect(() => requestOverSocket(request));
    return { headers: response.headers, chunks: await this.#accepted(response) };
  }

  /** Calls and takes over the connection: Docker's hijacked streams (attach, exec). */
  async hijack(call: ApiCall): Promise<Duplex> {
    const request = await this.#request(call);
    const outcome = await this.#connect(() => upgradeOverSocket(request));
    if (outcome.kind === 'upgraded') return outcome.stream;
    await this.#accepted(outcome);
    outcome.body.destroy();
    throw new BerthError('API_RESPONSE_INVALID', {
      message: `the daemon answered ${outcome.status} to ${call.path}, wanted 101 Switching Protocols`,
      details: { problem: 'no-upgrade', answer: outcome.status, asked: call.path },
    });
  }

  /** What arrives on a connection of this client; when it breaks, the error says so. */
  async *read(source: Readable): AsyncGenerator<Uint8Array> {
    try {
      yield* source as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw connectionFailure(this.endpoint, error);
    }
  }

  async #request(call: ApiCall): Promise<SocketRequest> {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(call.query ?? {})) {
      if (typeof value === 'object') for (const each of value) query.append(key, each);
      else if (value !== undefined) query.set(key, String(value));
    }
    const suffix = query.size === 0 ? '' : `?${query.toString()}`;
    const base = {
      ...whereTo(this.endpoint),
      method: call.method,
      target: `/v${await this.version(call.signal)}${call.path}${suffix}`,
      ...(call.signal === undefined ? {} : { signal: call.signal }),
      ...(call.headers === undefined ? {} : { headers: call.headers }),
    };
    if (call.upload !== undefined) {
      const headers = { ...call.headers, 'Content-Type': 'application/x-tar' };
      return { ...base, headers, body: call.upload };
    }
    if (call.body === undefined) return base;
    const body = JSON.stringify(call.body);
    const headers = {
      ...call.headers,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    return { ...base, headers, body };
  }

  async #accepted(response: SocketResponse): Promise<AsyncIterable<Uint8Array>> {
    const body = this.read(response.body);
    if (response.status >= 400) throw apiFailure(response.status, await readText(body));
    return body;
  }

  async #connect<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await connect();
    } catch (error) {
      throw connectionFailure(this.endpoint, error);
    }
  }

  async #negotiate(signal: AbortSignal | undefined): Promise<string> {
    const ping: SocketRequest = {
      ...whereTo(this.endpoint),
      method: 'HEAD',
      target: '/_ping',
      ...(signal === undefined ? {} : { signal }),
    };
    const response = await this.#connect(() => requestOverSocket(ping));
    response.body.resume();
    const offered = response.headers['api-version'];
    return typeof offered === 'string' ? olderVersion(offered, newestApiVersion) : newestApiVersion;
  }
}
