import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import { toDiskError } from '../../host/disk-error.ts';

/** How what is said of them begins. */
export const networkingPrefix = 'failed to set up container networking';

/** An error about a container's networks as Docker tells it at a start. */
export function explainedNetworking(thrown: unknown): unknown {
  const error = toDiskError(thrown);
  if (!isBerthError(error)) return error;
  const { code, message, remedy, details } = error;
  return new BerthError(code, {
    message: `${networkingPrefix}: ${message}`,
    ...(remedy === undefined ? {} : { remedy }),
    details,
    cause: error,
  });
}
