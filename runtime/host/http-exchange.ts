import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** A body that is made while it is sent. */
export interface StreamedBody {
  /** Called for each try. Is read no faster than the other side takes it, and left early when that has answered. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** Bytes in all; sent in chunks when nobody knows. */
  readonly sizeBytes: number | undefined;
}

/** What to send, and how long to wait for what. */
export interface Exchange {
  readonly url: URL;
  readonly body?: string | Uint8Array | StreamedBody | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The head of the answer has to be there by then, counted from when the request is sent whole. */
  readonly headTimeoutMs: number;
  /** Neither body may pause for longer. */
  readonly idleTimeoutMs: number;
}

/** The head of an answer; `body` must be read, or destroyed. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** An answer, or a part of one, did not come in time. */
class HttpTimeoutError extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(url: URL, what: string, timeoutMs: number) {
    super(`${url.host} did not ${what} within ${timeoutMs} ms`);
    this.name = 'HttpTimeoutError';
  }
}

/** A connection that was kept from an earlier request turned out to be closed. */
export class StaleConnectionError extends Error {}

/** Whether a body is one that is made while it is sent. */
export function isStreamed(body: Exchange['body']): body is StreamedBody {
  return typeof body === 'object' && 'open' in body;
}

/**
 * Sends a request and resolves with the head of the answer, which may come before the request is sent whole.
 *
 * @throws Node.js system errors, HttpTimeoutError, StaleConnectionError, the signal's reason, what the body throws
 */
export function exchange(message: ClientRequest, request: Exchange): Promise<HttpResponse> {
  const { url, body, signal, headTimeoutMs, idleTimeoutMs } = request;
  return new Promise((resolve, reject) => {
    const watch = watchdog((what, timeoutMs) => {
      message.destroy(new HttpTimeoutError(url, what, timeoutMs));
    });
    message.once('response', (response: IncomingMessage) => {
      watch.stop();
      // Whoever reads the body gets its error; nobody has to.
      response.on('error', () => undefined);
      response.setTimeout(idleTimeoutMs, () => {
        response.destroy(new HttpTimeoutError(url, 'send more', idleTimeoutMs));
      });
      if (!message.writableEnded) {
        // It does not want the rest of the request: then the connection is of no more use.
        response.once('close', () => message.destroy());
      }
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    message.on('error', (error: NodeJS.ErrnoException) => {
      watch.stop();
      const isStale = message.reusedSocket && error.code === 'ECONNRESET';
      const aborted = signal?.aborted === true ? (signal.reason as Error) : undefined;
      reject(
        aborted ?? (isStale ? new StaleConnectionError(error.message, { cause: error }) : error),
      );
    });
    if (!isStreamed(body)) {
      message.end(body);
      watch.start('answer', headTimeoutMs);
      return;
    }
    const onWait = (state: 'blocked' | 'flowing'): void => {
      if (state === 'blocked') watch.start('take more', idleTimeoutMs);
      else watch.pause();
    };
    send(message, body, onWait).then(
      (outcome) => {
        if (outcome === 'sent') watch.start('answer', headTimeoutMs);
      },
      (error: unknown) => {
        message.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

interface Watchdog {
  readonly start: (what: string, timeoutMs: number) => void;
  readonly pause: () => void;
  readonly stop: () => void;
}

/** One timer, started again and again; once stopped, it stays so. */
function watchdog(onTimeout: (what: string, timeoutMs: number) => void): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  return {
    start: (what, timeoutMs) => {
      clearTimeout(timer);
      if (isStopped) return;
      timer = setTimeout(() => {
        onTimeout(what, timeoutMs);
      }, timeoutMs);
    },
    pause: () => {
      clearTimeout(timer);
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Writes a body as fast as it is taken; gives up when there is an answer, or no connection any more. */
async function send(
  message: ClientRequest,
  body: StreamedBody,
  onWait: (state: 'blocked' | 'flowing') => void,
): Promise<'sent' | 'given up'> {
  const over = new AbortController();
  for (const event of ['response', 'error', 'close']) {
    message.once(event, () => {
      over.abort();
    });
  }
  for await (const chunk of body.open()) {
    if (over.signal.aborted) return 'given up';
    if (message.write(chunk)) continue;
    onWait('blocked');
    await drained(message, over.signal);
    onWait('flowing');
  }
  if (over.signal.aborted) return 'given up';
  message.end();
  return 'sent';
}

function drained(message: ClientRequest, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      message.off('drain', settle);
      over.removeEventListener('abort', settle);
      resolve();
    };
    message.once('drain', settle);
    over.addEventListener('abort', settle, { once: true });
    if (over.aborted) settle();
  });
}
