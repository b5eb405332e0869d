import { reportMessages as m } from '../../../messages/areas/report.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { hasErrno } from '../../../runtime/host/files.ts';
import { requestOverSocket } from '../../../runtime/host/http-client.ts';
import { boundedJson } from './bounded-json.ts';

/** What came of asking the engine's socket. */
export type EngineState =
  | { readonly kind: 'answers'; readonly apiVersion: string }
  /** There is no socket. */
  | { readonly kind: 'missing' }
  /** There is a socket, and nobody listens. */
  | { readonly kind: 'abandoned' }
  /** This user may not use it. */
  | { readonly kind: 'forbidden' }
  /** Somebody takes the connection and says nothing. */
  | { readonly kind: 'hangs'; readonly waitedMs: number }
  | { readonly kind: 'invalid'; readonly why: string };

/** Asks the engine, as far as it answers, and never waits for it for long. */
export interface EngineProbe {
  readonly socketPath: string;
  /** Asked once a report. */
  state(): Promise<EngineState>;
  /** An answer as JSON. Throws API_ERROR, API_RESPONSE_INVALID, Node.js system errors, the reason of `signal`. */
  json(target: string, signal: AbortSignal): Promise<unknown>;
  /** An answer as it arrives. Throws as `json`. */
  stream(target: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** Makes a probe of the engine that listens at `socketPath`. One answer may take `timeoutMs`. */
export function engineProbe(options: {
  readonly socketPath: string;
  readonly timeoutMs: number;
}): EngineProbe {
  const { socketPath, timeoutMs } = options;
  const ask = async (target: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
    const answer = await requestOverSocket({ socketPath, method: 'GET', target, signal });
    if (answer.status < 400) return answer.body;
    answer.body.destroy();
    const message = m.engineAnswered({ status: answer.status, target });
    throw new BerthError('API_ERROR', { message, details: { status: answer.status, target } });
  };
  const within = (signal: AbortSignal): AbortSignal =>
    AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let state: Promise<EngineState> | undefined;
  return {
    socketPath,
    state: () => (state ??= ping(socketPath, timeoutMs)),
    json: async (target, signal) => boundedJson(await ask(target, within(signal)), target),
    stream: (target, signal) => ask(target, within(signal)),
  };
}

async function ping(socketPath: string, timeoutMs: number): Promise<EngineState> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await requestOverSocket({ socketPath, method: 'GET', target: '/_ping', signal });
    answer.body.destroy();
    const apiVersion = answer.headers['api-version'];
    return typeof apiVersion === 'string'
      ? { kind: 'answers', apiVersion }
      : { kind: 'invalid', why: `HTTP ${answer.status}` };
  } catch (error) {
    if (signal.aborted) return { kind: 'hangs', waitedMs: timeoutMs };
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return { kind: 'missing' };
    if (hasErrno(error, 'ECONNREFUSED')) return { kind: 'abandoned' };
    if (hasErrno(error, 'EACCES', 'EPERM')) return { kind: 'forbidden' };
    return { kind: 'invalid', why: messageOf(error) };
  }
}
