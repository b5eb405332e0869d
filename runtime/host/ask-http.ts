import { HttpConnections } from './http-request.ts';

/** One question to a server. */
export interface HttpQuestion {
  readonly url: string;
  /** From the start of the connection to the head of the answer. */
  readonly timeoutMs: number;
  /**
   * `any`: accepts every certificate, for questions whose answer is not trusted: with a wrong clock no certificate is
   * valid, and that is just what is to be found out.
   */
  readonly certificates: 'verified' | 'any';
  readonly signal?: AbortSignal;
}

/** What a server said, and how long it took. */
export type HttpAnswer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** The server's time, from its `Date` (RFC 9110) and the `Age` that a cache adds; ms since 1970. */
      readonly dateMs?: number;
      readonly elapsedMs: number;
    }
  | {
      readonly kind: 'error';
      /** A stable code: Node.js's (`ENOTFOUND`, `ECONNREFUSED`, `ETIMEDOUT`), or OpenSSL's (`CERT_HAS_EXPIRED`). */
      readonly code: string;
      readonly elapsedMs: number;
    };

/** Asks a server. */
export type AskHttp = (question: HttpQuestion) => Promise<HttpAnswer>;

/**
 * Sends one GET, through the proxy that the environment names, and looks at the head of the answer only. Follows no
 * redirect. Does not throw.
 */
export async function askHttp(question: HttpQuestion): Promise<HttpAnswer> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const connections = new HttpConnections();
  const limit = AbortSignal.timeout(question.timeoutMs);
  const signal = question.signal === undefined ? limit : AbortSignal.any([limit, question.signal]);
  try {
    const { status, headers, body } = await connections.request({
      method: 'GET',
      url: new URL(question.url),
      certificates: question.certificates === 'any' ? 'none' : 'verified',
      headTimeoutMs: question.timeoutMs,
      idleTimeoutMs: question.timeoutMs,
      signal,
    });
    body.destroy();
    const date = Date.parse(headers.date ?? '');
    const age = Number(headers.age ?? 0);
    const dateMs = date + (Number.isFinite(age) ? age * 1000 : 0);
    return {
      kind: 'answer',
      status,
      ...(Number.isFinite(dateMs) ? { dateMs } : {}),
      elapsedMs: elapsed(),
    };
  } catch (error) {
    const code = limit.aborted ? 'ETIMEDOUT' : codeOf(error);
    return { kind: 'error', code, elapsedMs: elapsed() };
  } finally {
    connections.close();
  }
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
}
