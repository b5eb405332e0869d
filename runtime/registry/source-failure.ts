import { isBerthError } from '../errors/berth-error.ts';
import { registryError } from './registry-error.ts';
import { parseRetryAfter } from './request-retries.ts';
import type { Source } from './source.ts';

/** What follows from a source's error. */
export type FailureKind =
  /** It may work later: no answer, a broken connection, a server's error. */
  | 'down'
  /** It wants to be left alone for a while (429). */
  | 'busy'
  /** It does not have the content, or does not give it to this client. */
  | 'absent'
  /** It delivers something else. */
  | 'wrong'
  /** Not the source's: the disk is full, berth has a bug ... */
  | 'own';

/** Statuses that are worth asking again for, besides those from 500 on. */
const temporaryStatuses: readonly unknown[] = [408, 425];

/** Whose fault an error is, and whether the same request may work later. */
export function failureKind(error: unknown): FailureKind {
  if (!isBerthError(error)) return 'own';
  switch (error.code) {
    case 'REGISTRY_UNREACHABLE':
      return 'down';
    case 'REGISTRY_REFUSED': {
      const { status } = error.details;
      const isTemporary =
        typeof status !== 'number' || status >= 500 || temporaryStatuses.includes(status);
      return isTemporary ? 'down' : 'absent';
    }
    case 'REGISTRY_RATE_LIMITED':
      return 'busy';
    case 'REGISTRY_DIGEST_MISMATCH':
      // Of a wrong size the manifest may be to blame, whose author could else have honest mirrors dropped.
      return isOfSize(error.cause) ? 'absent' : 'wrong';
    case 'REGISTRY_UNAUTHORIZED':
    case 'REGISTRY_CERTIFICATE_INVALID':
    case 'BLOB_UNKNOWN':
    case 'MANIFEST_SCHEMA_UNSUPPORTED':
    case 'REGISTRY_RESPONSE_INVALID':
    case 'MANIFEST_UNKNOWN':
    case 'MANIFEST_INVALID':
      return 'absent';
    default:
      return 'own';
  }
}

function isOfSize(cause: unknown): boolean {
  return isBerthError(cause, 'CONTENT_MISMATCH') && typeof cause.details['actual'] === 'number';
}

/**
 * How long a source asked to be left alone, in milliseconds (Retry-After); `undefined` when it did not.
 */
export function retryAfterMs(error: unknown, nowMs: number): number | undefined {
  const value = isBerthError(error) ? error.details['retryAfter'] : undefined;
  return typeof value === 'string' ? parseRetryAfter(value, nowMs) : undefined;
}

/** A source that did not answer in time, or stopped in the middle. */
export function stalled({ source }: Source, ms: number): Error {
  return registryError('REGISTRY_UNREACHABLE', `"${source}" sent nothing for ${Math.round(ms)} ms`);
}
