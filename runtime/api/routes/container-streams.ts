import { defaultDetachKeys, parseDetachKeys } from '../../container/attach/detach-keys.ts';
import type { AttachRequest } from '../../container/attach/attach.ts';
import type { Framing } from '../../container/attach/output-framing.ts';
import { waitConditions } from '../../container/lifecycle/wait-for.ts';
import type { WaitCondition, WaitResult } from '../../container/lifecycle/wait-for.ts';
import { parseLogTime } from '../../container/logs/log-time.ts';
import type { LogTime } from '../../container/logs/log-time.ts';
import type { OutputStream } from '../../container/logs/log-line.ts';
import type { LogQuery } from '../../container/logs/read-logs.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { isAtLeast } from '../http/api-version.ts';
import { refuseOtherProtocols } from '../http/websocket.ts';
import type { Query } from '../http/query.ts';
import { get, post, postHijacking } from '../route.ts';
import type { Route } from '../route.ts';

const rawType = 'application/vnd.docker.raw-stream';
const multiplexedType = 'application/vnd.docker.multiplexed-stream';

/** What a stream is called, for clients that know the difference (API 1.42). */
export function contentType(framing: Framing, version: string): string {
  return framing === 'multiplexed' && isAtLeast(version, '1.42') ? multiplexedType : rawType;
}

function streamsOf(query: Query): readonly OutputStream[] {
  return (['stdout', 'stderr'] as const).filter((stream) => query.flag(stream));
}

function timeOf(query: Query, name: string): LogTime | undefined {
  const text = query.text(name);
  if (text === '' || (name === 'until' && text === '0')) return undefined;
  const time = parseLogTime(text);
  if (time !== undefined) return time;
  throw new BerthError('API_REQUEST_INVALID', {
    message: `query parameter "${name}" is "${text}", wanted seconds since 1970, such as "1700000000.5"`,
    remedy: `Correct "${name}".`,
    details: { parameter: name, value: text },
  });
}

/** Number of lines; everything that is no number, such as `all`, is all of them. */
function tailOf(query: Query): number | undefined {
  const text = query.text('tail');
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function logQuery({ query }: ApiRequest): LogQuery {
  const streams = streamsOf(query);
  if (streams.length === 0) {
    throw new BerthError('API_REQUEST_INVALID', {
      message: 'Bad parameters: you must choose at least one stream',
      remedy: 'Set "stdout" or "stderr" to 1.',
    });
  }
  return {
    streams,
    mode: query.flag('follow') ? 'follow' : 'snapshot',
    since: timeOf(query, 'since'),
    until: timeOf(query, 'until'),
    tail: tailOf(query),
    timestamps: query.flag('timestamps'),
    details: query.flag('details'),
  };
}

function attachRequest({ query }: ApiRequest): AttachRequest {
  const keys = query.text('detachKeys');
  return {
    output: (['logs', 'stream'] as const).filter((part) => query.flag(part)),
    streams: streamsOf(query),
    input: query.flag('stdin') ? 'stdin' : 'none',
    framing: 'of-container',
    detachKeys: parseDetachKeys(keys === '' ? defaultDetachKeys : keys),
  };
}

/** Before this version all streams are wanted, whatever the query says. */
const streamChoiceSince = '1.42';
/** Before it messages are text. */
const binarySince = '1.28';

function socketRequest(request: ApiRequest): AttachRequest {
  const asked = { ...attachRequest(request), framing: 'raw' } as const;
  if (isAtLeast(request.version, streamChoiceSince)) return asked;
  return { ...asked, streams: ['stdout', 'stderr'], input: 'stdin' };
}

/** Routes that go on while a container runs: its output, its input, and its end. */
export const containerStreamRoutes: readonly Route[] = [
  get('/containers/:name/logs', (request, { containers }) => {
    const query = logQuery(request);
    const { config } = containers.find(request.name).record;
    const framing = config.Tty ? 'raw' : 'multiplexed';
    return {
      kind: 'stream',
      headers: 'at-once',
      contentType: contentType(framing, request.version),
      chunks: containers.logs(request.name, query, request.signal),
    };
  }),
  postHijacking('/containers/:name/attach', async (request, { containers }) => {
    const attachment = await containers.attach(request.name, attachRequest(request));
    return {
      kind: 'hijack',
      contentType: contentType(attachment.framing, request.version),
      serve: (connection) => attachment.serve(connection),
    };
  }),
  get('/containers/:name/attach/ws', async (request, { containers }) => {
    refuseOtherProtocols(request.headers);
    const attachment = await containers.attach(request.name, socketRequest(request));
    return {
      kind: 'websocket',
      payload: isAtLeast(request.version, binarySince) ? 'binary' : 'text',
      serve: (connection) => attachment.serve(connection),
      giveUp: () => attachment.close(),
    };
  }),
  post('/containers/:name/wait', ({ name, query, signal, version }, { containers }) => {
    const condition = isAtLeast(version, conditionSince) ? conditionOf(query) : 'not-running';
    const waited = containers.wait(name, condition, signal);
    const tellsFailure = condition !== 'removed' || isAtLeast(version, '1.34');
    return {
      kind: 'stream',
      headers: isAtLeast(version, conditionSince) ? 'at-once' : 'with-first-chunk',
      contentType: 'application/json',
      chunks: waitAnswer(waited, tellsFailure ? 'told' : 'silent'),
    };
  }),
];

/** Before this version nobody could say what to wait for, and all was answered at the end. */
const conditionSince = '1.30';

/** @throws API_REQUEST_INVALID in Docker's words */
function conditionOf(query: Query): WaitCondition {
  const text = query.text('condition');
  const found = waitConditions.find((condition) => condition === text);
  if (found !== undefined || text === '') return found ?? 'not-running';
  throw new BerthError('API_REQUEST_INVALID', {
    message: `invalid condition: "${text}"`,
    remedy: `Wait for one of "${waitConditions.join('", "')}".`,
    details: { parameter: 'condition', value: text },
  });
}

/**
 * The headers are sent before this is known: Docker's client starts the container when it has seen them. Older clients know
 * of a failure by an answer without a body.
 */
async function* waitAnswer(
  waited: Promise<WaitResult>,
  failure: 'told' | 'silent',
): AsyncGenerator<string> {
  const { exitCode, error } = await waited;
  if (error !== '' && failure === 'silent') return;
  const problem = error === '' ? {} : { Error: { Message: error } };
  yield `${JSON.stringify({ ...problem, StatusCode: exitCode })}\n`;
}
