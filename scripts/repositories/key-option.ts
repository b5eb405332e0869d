import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/**
 * Parses `--docker-ce-key`: the fingerprint of the key of a mirror that signs Docker's packages anew, as aptly and Pulp do.
 * Throws USAGE.
 */
export function parseFingerprint(text: string): string {
  const plain = text.replaceAll(/[\s:]/g, '').toUpperCase();
  // A short key id can be forged within seconds.
  if (/^([0-9A-F]{40}|[0-9A-F]{64})$/.test(plain)) return plain;
  throw new BerthError('USAGE', {
    message: m.fingerprintInvalid({ text }),
    remedy: m.fingerprintInvalidRemedy(),
    details: { fingerprint: text },
  });
}
