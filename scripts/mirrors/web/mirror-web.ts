import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { HttpConnections, HttpResponse } from '../../../runtime/host/http-request.ts';
import type { NameCheck } from './name-check.ts';
import { ProbeFailure, reasonOf } from './probe-failure.ts';
import type { Part } from '../verdict.ts';

/** What asking mirrors works with. */
export interface MirrorWebOptions {
  readonly connections: HttpConnections;
  /** Ends the test. */
  readonly signal: AbortSignal;
  readonly names: NameCheck;
}

/** One question to a mirror. */
export interface MirrorRequest {
  readonly url: URL;
  /** What it is asked for. */
  readonly part: Part;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A small answer, read whole. */
export interface Page {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Where it was in the end, after redirects. */
  readonly url: URL;
  readonly bytes: Buffer;
}

/** How much of something large arrived. */
export interface Transfer {
  readonly bytes: number;
  /** `sha256:` and hexadecimal digits of what arrived. */
  readonly digest: string;
  readonly firstByteMs: number;
  readonly bytesPerSecond: number;
  /** `cut`: its time or its bytes were used up before the end. `stalled`: nothing had come for a good part of its time. */
  readonly end: 'whole' | 'cut' | 'stalled';
  /** The first bytes of it, for what stands at the beginning of a file. */
  readonly head: Buffer;
}

/** How much of a transfer is wanted. */
export interface TransferLimits {
  readonly limitBytes: number;
  readonly limitMs: number;
  /** How many of the first bytes to keep. */
  readonly keepBytes?: number;
}

/** The head of an answer, and where it came from in the end. */
interface Answer {
  readonly response: HttpResponse;
  readonly url: URL;
}

const redirects = [301, 302, 303, 307, 308];
const maxRedirects = 5;
/** No single page of metadata of docker-ce has a tenth of it; keys have some kilobytes. */
const pageLimitBytes = 16 * 1024 * 1024;

/** Asks one mirror, within the time that its signal allows. Counts what arrives. */
export class MirrorWeb {
  readonly signal: AbortSignal;
  readonly #connections: HttpConnections;
  readonly #names: NameCheck;
  #bytes = 0;

  constructor({ connections, signal, names }: MirrorWebOptions) {
    this.#connections = connections;
    this.signal = signal;
    this.#names = names;
  }

  /** Bytes of bodies so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Reads an answer whole, whatever its status. Throws ProbeFailure; the signal's reason when a person asked to stop. */
  async page(request: MirrorRequest): Promise<Page> {
    try {
      const { response, url } = await this.#ask('GET', request);
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of response.body as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.#bytes += chunk.length;
        if (size > pageLimitBytes) {
          throw new ProbeFailure({ is: 'damaged', part: request.part, url: url.href });
        }
        chunks.push(chunk);
      }
      const bytes = Buffer.concat(chunks);
      return { status: response.status, headers: response.headers, url, bytes };
    } catch (error) {
      throw new ProbeFailure(reasonOf(error, request.part, this.signal));
    }
  }

  /** As `page`, for what has to be there. */
  async file(request: MirrorRequest): Promise<Page> {
    const page = await this.page(request);
    if (page.status !== 200) throw new ProbeFailure(statusReason(request, page));
    if (isHtml(page)) {
      throw new ProbeFailure({ is: 'html', part: request.part, url: request.url.href });
    }
    return page;
  }

  /** Status and length of something, by HEAD. `-1` when it does not say the length. Throws as `page`. */
  async head(request: MirrorRequest): Promise<{ readonly status: number; readonly size: number }> {
    try {
      const { response } = await this.#ask('HEAD', request);
      response.body.resume();
      const length = response.headers['content-length'];
      return { status: response.status, size: length === undefined ? -1 : Number(length) };
    } catch (error) {
      throw new ProbeFailure(reasonOf(error, request.part, this.signal));
    }
  }

  /** Measures how fast something large arrives, and hashes it. Throws as `file`; what arrived before its time is over counts. */
  async transfer(request: MirrorRequest, limits: TransferLimits): Promise<Transfer> {
    const begun = performance.now();
    const { response, url } = await this.#begin(request);
    if (response.status !== 200 || isHtmlType(response.headers)) {
      response.body.destroy();
      const { status } = response;
      throw new ProbeFailure(
        status === 200
          ? { is: 'html', part: request.part, url: url.href }
          : statusReason(request, { status, headers: response.headers, url, bytes: Buffer.of() }),
      );
    }
    const hash = createHash('sha256');
    const kept: Buffer[] = [];
    let [bytes, firstByteMs, lastByteMs]: [number, number, number] = [0, 0, 0];
    let end: Transfer['end'] = 'whole';
    const elapsed = (): number => performance.now() - begun;
    const stop = setTimeout(() => response.body.destroy(timeIsOver), limits.limitMs);
    try {
      for await (const chunk of response.body as AsyncIterable<Buffer>) {
        lastByteMs = elapsed();
        if (bytes === 0) firstByteMs = lastByteMs;
        if (bytes < (limits.keepBytes ?? 0)) kept.push(chunk);
        bytes += chunk.length;
        this.#bytes += chunk.length;
        hash.update(chunk);
        if (bytes >= limits.limitBytes) {
          end = 'cut';
          break;
        }
      }
    } catch (error) {
      const isOver = error === timeIsOver || this.signal.aborted;
      if (!isOver || bytes === 0)
        throw new ProbeFailure(
          reasonOf(error === timeIsOver ? timeout() : error, request.part, this.signal),
        );
      end = elapsed() - lastByteMs > limits.limitMs * stallShare ? 'stalled' : 'cut';
    } finally {
      clearTimeout(stop);
    }
    return {
      bytes,
      digest: `sha256:${hash.digest('hex')}`,
      firstByteMs,
      bytesPerSecond: (Math.max(bytes, 1) * 1000) / Math.max(elapsed() - firstByteMs, 1),
      end,
      head: Buffer.concat(kept),
    };
  }

  async #begin(request: MirrorRequest): Promise<Answer> {
    try {
      return await this.#ask('GET', request);
    } catch (error) {
      throw new ProbeFailure(reasonOf(error, request.part, this.signal));
    }
  }

  async #ask(method: 'GET' | 'HEAD', { url, headers = {} }: MirrorRequest): Promise<Answer> {
    let [target, sent] = [url, headers];
    for (let hops = 0; ; hops += 1) {
      await this.#names(target, this.signal);
      const response = await this.#connections.request({
        url: target,
        method,
        certificates: 'verified',
        headers: { 'user-agent': 'berth', 'accept-encoding': 'identity', ...sent },
        signal: this.signal,
        headTimeoutMs: requestTimeoutMs,
        idleTimeoutMs: requestTimeoutMs,
      });
      const { location } = response.headers;
      const isRedirect = redirects.includes(response.status) && location !== undefined;
      if (!isRedirect || hops === maxRedirects || !URL.canParse(location, target)) {
        return { response, url: target };
      }
      response.body.destroy();
      const next = new URL(location, target);
      // A token is for whoever asked for it: not for the store that a redirect leads to.
      if (next.host !== target.host) {
        sent = Object.fromEntries(
          Object.entries(sent).filter(([name]) => name.toLowerCase() !== 'authorization'),
        );
      }
      target = next;
    }
  }
}

/** The signal of the test is shorter as a rule; this is for a test that has all the time of the world. */
const requestTimeoutMs = 15_000;

/** A pause that is this part of a transfer's whole time is no pause. */
const stallShare = 0.4;

const timeIsOver = new Error('the time for this transfer is over');
const timeout = (): Error => new DOMException('the time is over', 'TimeoutError');

/** Whether a page is one for people, whatever it says of itself. */
export function isHtml({ headers, bytes }: Page): boolean {
  const start = bytes.subarray(0, 512).toString('latin1').trimStart().toLowerCase();
  return isHtmlType(headers) || start.startsWith('<!doctype html') || start.startsWith('<html');
}

function isHtmlType(headers: IncomingHttpHeaders): boolean {
  return /^text\/html\b/i.test(headers['content-type'] ?? '');
}

/** Most of what a server says with an error is markup, or long. */
const saidLength = 200;

/** What a status other than 200 says of the mirror. */
export function statusReason(request: MirrorRequest, page: Page): ProbeFailure['reason'] {
  const { status, headers, bytes } = page;
  if (status === 429) {
    const retryAfter = headers['retry-after'];
    return { is: 'limited', ...(retryAfter === undefined ? {} : { retryAfter }) };
  }
  if (status === 401) return { is: 'login' };
  if (status === 403) {
    const said = isHtml(page) ? '' : plainText(bytes);
    // DaoCloud and others answer so for what is not on their list.
    return {
      is: /allow[- _]?list|white[- _]?list|白名单/i.test(said) ? 'allow-list' : 'forbidden',
      said,
    };
  }
  return { is: 'status', part: request.part, url: request.url.href, status };
}

function plainText(bytes: Buffer): string {
  return bytes
    .toString('utf8')
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim()
    .slice(0, saidLength);
}
