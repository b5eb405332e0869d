import { hasErrno, lstat, orIfMissing } from '../../runtime/host/files.ts';
import { requestOverSocket } from '../../runtime/host/http-client.ts';

/** What is at the path of an API socket. */
export type SocketState =
  | 'missing'
  /** A file, a folder ...: berth never removes it. */
  | 'not-a-socket'
  /** A socket that nobody listens on any more. */
  | 'abandoned'
  | 'listening';

/** Time for an answer, in milliseconds; a listener that is slower is still a listener. */
const answerTimeoutMs = 2000;

/** Looks at, and asks, whatever is at `path`. */
export async function socketState(path: string): Promise<SocketState> {
  const info = await orIfMissing(lstat(path), undefined);
  if (info === undefined) return 'missing';
  if (!info.isSocket()) return 'not-a-socket';
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs);
    const answer = await requestOverSocket({
      socketPath: path,
      method: 'GET',
      target: '/_ping',
      signal,
    });
    answer.body.resume();
    return 'listening';
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return 'missing';
    return hasErrno(error, 'ECONNREFUSED') ? 'abandoned' : 'listening';
  }
}
