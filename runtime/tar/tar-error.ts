import { BerthError } from '../errors/berth-error.ts';

/** A TAR_INVALID error. `why` says what is wrong and what was wanted; `offset` is in bytes. */
export function tarError(why: string, offset: number): BerthError {
  return new BerthError('TAR_INVALID', {
    message: `the tar archive is not valid at byte ${offset}: ${why}`,
    remedy: 'Fetch or write the archive again; it is damaged or was cut off.',
    details: { offset },
  });
}
