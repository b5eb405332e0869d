import { isBerthError } from '../../errors/berth-error.ts';
import type { Answer } from './answer.ts';

/** Codes of distribution-spec 1.1 ("Error Codes"), and UNAVAILABLE and UNKNOWN of Docker's registry. */
export type SpecCode =
  | 'BLOB_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'TOOMANYREQUESTS'
  | 'UNAVAILABLE'
  | 'UNKNOWN'
  | 'UNSUPPORTED';

/** An error as clients of the distribution API read it. */
export function specError(
  status: number,
  code: SpecCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { kind: 'json', status, headers, body: { errors: [{ code, message, detail: null }] } };
}

/**
 * What went wrong, as an answer.
 *
 * @param unknown The code for what upstream does not have.
 */
export function specErrorOf(error: unknown, unknown: SpecCode): Answer {
  if (!isBerthError(error)) return specError(500, 'UNKNOWN', 'the mirror failed; its log says why');
  switch (error.code) {
    case 'MANIFEST_UNKNOWN':
    case 'BLOB_UNKNOWN':
      return specError(404, unknown, error.message);
    case 'REGISTRY_UNAUTHORIZED':
      // No challenge: a client that answered it would send its password here.
      return specError(
        404,
        'NAME_UNKNOWN',
        `the registry wants credentials for it, or does not have it; this mirror passes none on: ${error.message}`,
      );
    case 'REGISTRY_RATE_LIMITED': {
      const wait = error.details['retryAfter'];
      const headers = typeof wait === 'string' ? { 'retry-after': wait } : {};
      return specError(429, 'TOOMANYREQUESTS', error.message, headers);
    }
    case 'MIRROR_REFUSED':
      return specError(403, 'DENIED', error.message);
    default:
      return specError(502, 'UNAVAILABLE', error.message);
  }
}
