import type { ErrorCode } from '../../errors/catalogue.ts';
import { catalogue } from '../../errors/catalogue.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { hasErrno } from '../../host/files.ts';
import type { Endpoint } from './endpoint.ts';
import { fieldsOf, optionalText } from './fields.ts';

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(catalogue, code);

/** An API error's body: Docker's `message`; berth adds `code` and `remedy`, so that no text decides anything. */
function readBody(body: string): { message: string; code: string; remedy: string } {
  try {
    const fields = fieldsOf(JSON.parse(body), 'error');
    return {
      message: optionalText(fields, 'message'),
      code: optionalText(fields, 'code'),
      remedy: optionalText(fields, 'remedy'),
    };
  } catch {
    return { message: body.trim(), code: '', remedy: '' };
  }
}

/**
 * The error for an answer with a status of 400 or more: berth's own code when the daemon names one, `API_ERROR`
 * otherwise. `details.status` is the HTTP status, `details.message` the daemon's words.
 */
export function apiFailure(status: number, body: string): BerthError {
  const { message, code, remedy } = readBody(body);
  return new BerthError(isErrorCode(code) ? code : 'API_ERROR', {
    message: message === '' ? `the daemon answered ${status} without a word` : message,
    ...(remedy === '' ? {} : { remedy }),
    details: { status, message },
  });
}

/** Whether `error` is an answer of the daemon with this HTTP status. */
export function isApiStatus(error: unknown, ...statuses: readonly number[]): boolean {
  if (!(error instanceof BerthError)) return false;
  const { status } = error.details;
  return typeof status === 'number' && statuses.includes(status);
}

/** The error for a connection that could not be made, or broke. */
export function connectionFailure(endpoint: Endpoint, cause: unknown): unknown {
  const address = endpoint.address ?? `unix://${endpoint.socketPath}`;
  if (
    hasErrno(cause, 'ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT')
  ) {
    return new BerthError('DAEMON_UNREACHABLE', {
      message: `no daemon answers at '${address}', wanted berth's API there`,
      remedy: 'Start it with: berth up',
      details: { problem: 'absent', address },
      cause,
    });
  }
  if (hasErrno(cause, 'EACCES', 'EPERM')) {
    return new BerthError('DAEMON_UNREACHABLE', {
      message: `permission denied at '${address}', wanted to open the daemon's socket`,
      remedy: 'Use sudo, or join the group berth: sudo usermod -aG berth $USER, then log in again.',
      details: { problem: 'denied', address },
      cause,
    });
  }
  if (hasErrno(cause, 'ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE')) {
    return new BerthError('API_STREAM_BROKEN', {
      message: `the daemon at '${address}' closed the connection in the middle, wanted a whole answer`,
      remedy: 'See whether it still runs with: berth status',
      details: { problem: 'closed', address },
      cause,
    });
  }
  return cause;
}
