import { BerthError, isBerthError } from '../../errors/berth-error.ts';

/** An IMAGE_ARCHIVE_INVALID error. `why` has the values in quotes, and what was wanted. */
export function archiveError(why: string, cause?: unknown): BerthError {
  return new BerthError('IMAGE_ARCHIVE_INVALID', {
    message: `the image archive is not valid: ${why}`,
    remedy:
      'Save the image again, and compare the size and digest of the file with those where it comes from.',
    cause,
  });
}

/** Turns errors of the archive's parts into one of the archive. */
export function toArchiveError(error: unknown): unknown {
  const isOfParts =
    isBerthError(error, 'TAR_INVALID') ||
    isBerthError(error, 'MANIFEST_INVALID') ||
    isBerthError(error, 'CONTENT_MISMATCH') ||
    isBerthError(error, 'BLOB_MISSING') ||
    isBerthError(error, 'COMPRESSION_UNSUPPORTED');
  return isOfParts ? archiveError(error.message, error) : error;
}
