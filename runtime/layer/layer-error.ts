import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';

/** A LAYER_INVALID error. `why` says what is wrong with the layer, with values in quotes, and what was wanted. */
export function layerError(why: string, cause?: unknown): BerthError {
  return new BerthError('LAYER_INVALID', {
    message: `the layer is not valid: ${why}`,
    remedy: 'Build or fetch the image again, from a source that you trust.',
    cause,
  });
}

/** What the kernel answers to names and attributes that no layer should have. */
const layersFault = new Set([
  'ENAMETOOLONG',
  'ELOOP',
  'EINVAL',
  'ENOTDIR',
  'EISDIR',
  'E2BIG',
  'ERANGE',
  'EMLINK',
  'EFBIG',
]);

function errnoOf(error: unknown): string | undefined {
  if (isBerthError(error, 'SYSCALL_FAILED')) return String(error.details['errno']);
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Turns whatever stopped an unpacking into the error to report: the layer's fault, or this host's. */
export function toLayerError(error: unknown): unknown {
  if (isBerthError(error, 'TAR_INVALID')) return layerError(error.message, error);
  const isOwn = isBerthError(error) && error.code !== 'SYSCALL_FAILED';
  const errno = errnoOf(error);
  if (isOwn || errno === undefined) return error;
  if (layersFault.has(errno)) return layerError(messageOf(error), error);
  return new BerthError('LAYER_UNPACK_FAILED', {
    message: `the layer could not be unpacked: ${messageOf(error)}`,
    remedy: remedyFor(error, errno),
    details: { errno },
    cause: error,
  });
}

function remedyFor(error: unknown, errno: string): string {
  if (errno === 'ENOSPC' || errno === 'EDQUOT')
    return 'Free space, or inodes, on the file system of the data root.';
  const isNode = isBerthError(error) && error.details['call'] === 'mknodat';
  if (errno === 'EPERM' && isNode)
    return 'Run berthd where device nodes may be made (CAP_MKNOD, no user namespace), or build the image without them.';
  return 'See the cause; it comes from the file system of the data root.';
}
