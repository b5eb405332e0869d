import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';
import { hasErrno } from '../host/files.ts';

/** Content arrived that is not what was announced. @param what Such as `the digest`. */
export function contentMismatch(
  what: string,
  actual: string | number,
  wanted: string | number,
): BerthError {
  return new BerthError('CONTENT_MISMATCH', {
    message: `content arrived with ${what} "${actual}"; wanted "${wanted}"`,
    remedy: 'Fetch it again; when it happens again, its source is damaged or dishonest.',
    details: { actual, wanted },
  });
}

/**
 * Turns what the file system answered to a write into the error to report; what is a BerthError already stays as it is.
 *
 * @param path The file that was to be written.
 */
export function toStoreError(error: unknown, path: string): unknown {
  if (isBerthError(error)) return error;
  const isFull = hasErrno(error, 'ENOSPC', 'EDQUOT');
  return new BerthError('IMAGE_STORE_UNWRITABLE', {
    message: `the image store could not write "${path}": ${messageOf(error)}`,
    remedy: isFull
      ? 'Free space on the file system of the data root (`docker system prune` removes what nothing needs), then try again.'
      : 'See the cause; it comes from the file system of the data root.',
    details: { path },
    cause: error,
  });
}
