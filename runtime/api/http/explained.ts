import { BerthError, isBerthError } from '../../errors/berth-error.ts';

/** An error in Docker's words: first what did not work, then why. */
export function explained(prefix: string, error: unknown): unknown {
  if (!isBerthError(error)) return error;
  const { code, remedy, details } = error;
  const message = `${prefix}: ${error.message}`;
  return new BerthError(code, {
    message,
    ...(remedy === undefined ? {} : { remedy }),
    details,
    cause: error,
  });
}
