import { defaultDetachKeys, parseDetachKeys } from '../../container/attach/detach-keys.ts';
import type { AttachRequest } from '../../container/attach/attach.ts';
import type { Framing } from '../../container/attach/output-framing.ts';
import { waitConditions } from '../../container/lifecycle/wait-for.ts';
import type { WaitResult } from '../../container/lifecycle/wait-for.ts';
import { parseLogTime } from '../../container/logs/log-time.ts';
import type { LogTime } from '../../container/logs/log-time.ts';
import type { OutputStream } from '../../container/logs/log-line.ts';
import type { LogQuery } from '../../container/logs/read-logs.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { isAtLeast } from '../http/api-version.ts';
import type { Query } from '../http/query.ts';
import { get, post } from '../route.ts';
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
    detachKeys: parseDetachKeys(keys === '' ? defaultDetachKeys : keys),
  };
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
  post('/containers/:name/attach', async (request, { containers }) => {
    const attachment = await containers.attach(request.name, attachRequest(request));
    return {
      kind: 'hijack',
      contentType: contentType(attachment.framing, request.version),
      serve: (connection) => attachment.serve(connection),
    };
  }),
  post('/containers/:name/wait', ({ name, query, signal }, { containers }) => {
    const condition = query.word('condition', waitConditions) ?? 'not-running';
    const waited = containers.wait(name, condition, signal);
    return {
      kind: 'stream',
      headers: 'at-once',
      contentType: 'application/json',
      chunks: waitAnswer(waited),
    };
  }),
];

/** The headers are sent before this is known: Docker's client starts the container when it has seen them. */
async function* waitAnswer(waited: Promise<WaitResult>): AsyncGenerator<string> {
  const { exitCode, error } = await waited;
  const problem = error === '' ? {} : { Error: { Message: error } };
  yield `${JSON.stringify({ ...problem, StatusCode: exitCode })}\n`;
}
