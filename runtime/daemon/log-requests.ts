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
