import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { shown } from './copy-path.ts';

/** An error for a copy that the rules do not allow; nothing has been changed. */
export function refusedCopy(message: string, remedy: string): BerthError {
  return new BerthError('COPY_INVALID', { message, remedy });
}

/** The error for a file of this host that cannot be read or written. @param path latin1 */
export function copyFailed(path: string, wanted: string, cause: unknown): BerthError {
  const name = shown(path);
  return new BerthError('COPY_FAILED', {
    message: `'${name}' cannot be copied (${messageOf(cause)}), wanted ${wanted}`,
    remedy: 'See whether it is there, who may use it, and whether its disk has room.',
    details: { path: name },
    cause,
  });
}
