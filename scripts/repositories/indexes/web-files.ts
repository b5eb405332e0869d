import { HttpConnections, type HttpResponse } from '../../../runtime/host/http-request.ts';

/** What a URL leads to, or that nothing is there. */
export type WebFile =
  { readonly kind: 'there'; readonly bytes: Buffer } | { readonly kind: 'absent' };

/** What is known of a file without reading it. */
export type WebFileHead =
  { readonly kind: 'there'; readonly sizeBytes: number | undefined } | { readonly kind: 'absent' };

/** Reads small files of a server: indexes, keys. */
export interface WebFiles {
  /**
   * Reads a file whole, after redirects.
   *
   * @throws Error when there is no answer, one with a status that is neither success nor "no such file", or too many bytes.
   */
  read(url: URL): Promise<WebFile>;
}

/** Reads files over connections of its own. */
export interface WebClient extends WebFiles {
  /** Looks whether a file is there, and how large it is where the server says so. Throws as `read`. */
  look(url: URL): Promise<WebFileHead>;
  close(): void;
}

/** Statuses of "no such file": object stores answer 403 for what they do not have. */
const absentStatuses = [403, 404, 410];
const redirectStatuses = [301, 302, 303, 307, 308];
const maxRedirects = 5;
/** An index of docker-ce has less than a megabyte, one of a whole distribution tens. */
const limitBytes = 128 * 1024 * 1024;
const timeoutMs = 15_000;

/** Opens connections for reading files; proxies are as the environment says. Close it afterwards. */
export function openWebFiles(signal: AbortSignal): WebClient {
  const connections = new HttpConnections();
  const ask = async (
    method: 'GET' | 'HEAD',
    url: URL,
    left = maxRedirects,
  ): Promise<HttpResponse> => {
    const response = await connections.request({
      url,
      method,
      certificates: 'verified',
      headers: { 'user-agent': 'berth', 'accept-encoding': 'identity' },
      signal,
      headTimeoutMs: timeoutMs,
      idleTimeoutMs: timeoutMs,
    });
    const { location } = response.headers;
    if (!redirectStatuses.includes(response.status) || location === undefined) return response;
    response.body.destroy();
    if (left === 0) throw new Error(`${url.href} redirects more than ${maxRedirects} times`);
    return ask(method, new URL(location, url), left - 1);
  };
  return {
    read: async (url) => {
      const response = await ask('GET', url);
      if (response.status === 200) return { kind: 'there', bytes: await readAll(response, url) };
      response.body.destroy();
      if (absentStatuses.includes(response.status)) return { kind: 'absent' };
      throw new Error(`${url.href} answered with status ${response.status}`);
    },
    look: async (url) => {
      const response = await ask('HEAD', url);
      response.body.destroy();
      const length = response.headers['content-length'];
      if (absentStatuses.includes(response.status)) return { kind: 'absent' };
      // Some servers answer nothing but GET: that says nothing about the file.
      if (response.status === 405) return { kind: 'there', sizeBytes: undefined };
      if (response.status === 200) {
        return { kind: 'there', sizeBytes: length === undefined ? undefined : Number(length) };
      }
      throw new Error(`${url.href} answered with status ${response.status}`);
    },
    close: () => {
      connections.close();
    },
  };
}

async function readAll(response: HttpResponse, url: URL): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new Error(`${url.href} has more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
