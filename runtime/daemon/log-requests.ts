import { currentRequest } from '../api/http/request-context.ts';
import type { AnsweredRequest } from '../api/services.ts';
import { isBerthError, messageOf } from '../errors/berth-error.ts';
import type { Log } from './log.ts';

/** Writes what came of a request: one that failed for no fault of the client's always, others when the log says everything. */
export function requestLogger(log: Log): (request: AnsweredRequest) => void {
  return (request) => {
    const isFault = request.status >= 500;
    // Most requests end here: nothing is made for a line that nobody writes.
    if (!isFault && !log.isLevelEnabled('debug')) return;
    const { id: requestId, method, path, route, status, seconds, problem } = request;
    const line = {
      ...{ requestId, method, path, route, status, ms: Math.round(seconds * 1e6) / 1000 },
      ...(problem === undefined ? {} : { problem: messageOf(problem) }),
      ...(isBerthError(problem) ? { code: problem.code } : {}),
    };
    if (isFault) log.error(line, 'a request failed');
    else log.debug(line, 'a request was answered');
  };
}

/** Writes why an answer broke off, or ended with an error, after its status had said that all was well. */
export function brokenAnswerLogger(
  log: Log,
): (request: Pick<AnsweredRequest, 'id' | 'problem'>) => void {
  return ({ id: requestId, problem }) => {
    const code = isBerthError(problem) ? { code: problem.code } : {};
    log.error({ requestId, problem: messageOf(problem), ...code }, 'an answer failed half-way');
  };
}

/** Writes what no client waits for, with the request that led to it, if one did. */
export function problemLogger(log: Log): (problem: unknown, requestId?: string) => void {
  return (problem, requestId = currentRequest()?.id) => {
    log.error({ err: problem, requestId }, 'a problem that no client waits for');
  };
}

/** Writes what is worth knowing and not wrong, with the request that led to it, if one did. */
export function noticeLogger(log: Log): (text: string, details: object) => void {
  return (text, details) => {
    const requestId = currentRequest()?.id;
    log.warn({ ...details, ...(requestId === undefined ? {} : { requestId }) }, text);
  };
}
