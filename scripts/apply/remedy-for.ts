import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { remedyOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import { hasErrno } from '../../runtime/host/files.ts';

/** What to do about an error that came from the operating system or a step, as one sentence. */
export function remedyFor(error: unknown): string {
  const own = isBerthError(error) ? remedyOf(error) : undefined;
  if (own !== undefined) return own;
  if (hasErrno(error, 'ENOSPC', 'EDQUOT')) {
    return m.makeRoom();
  }
  if (hasErrno(error, 'EROFS')) {
    return m.makeWritable();
  }
  if (hasErrno(error, 'EACCES', 'EPERM')) {
    return m.lookWhatForbids();
  }
  return m.putRightThenAgain();
}
