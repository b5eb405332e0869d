import { repositoryMessages as m } from '../../../messages/areas/repositories.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';

/** The error for an index that contradicts its signature or itself. */
export function untrusted(url: URL, message: string): BerthError {
  return new BerthError('REPOSITORY_UNTRUSTED', {
    message,
    remedy: m.useAnotherMirror(),
    details: { url: url.href },
  });
}
