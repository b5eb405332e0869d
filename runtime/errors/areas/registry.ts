import type { ErrorArea } from './area.ts';

/** Errors of `runtime/registry`. */
export const registryErrors = {
  REGISTRY_UNREACHABLE: {
    http: 500,
    exit: 1,
    meaning: 'No connection to a registry, or it did not answer in time.',
  },
  REGISTRY_UNAUTHORIZED: {
    http: 404,
    exit: 1,
    meaning: 'A registry wants other credentials, or hides that it has no such repository.',
  },
  REGISTRY_RATE_LIMITED: {
    http: 429,
    exit: 1,
    meaning: 'A registry answered that too many requests were made (429).',
  },
  REGISTRY_REFUSED: {
    http: 500,
    exit: 1,
    meaning: 'A registry answered with an unexpected status.',
  },
  REGISTRY_RESPONSE_INVALID: {
    http: 502,
    exit: 1,
    meaning:
      'A registry answered with something that the distribution specification does not allow.',
  },
  REGISTRY_DIGEST_MISMATCH: {
    http: 502,
    exit: 1,
    meaning: 'A registry delivered content that does not have the digest that was asked for.',
  },
  MANIFEST_UNKNOWN: {
    http: 404,
    exit: 1,
    meaning: 'A registry does not have the manifest that was asked for.',
  },
  BLOB_UNKNOWN: {
    http: 404,
    exit: 1,
    meaning: 'A registry does not have the blob that was asked for.',
  },
  MANIFEST_SCHEMA_UNSUPPORTED: {
    http: 400,
    exit: 1,
    meaning: "A registry has the image in Docker's schema 1 only, which is not supported.",
  },
  REGISTRY_LOGIN_REFUSED: {
    http: 401,
    exit: 1,
    meaning: 'A registry does not accept the user name and password, or the token, of a login.',
  },
  REGISTRY_CERTIFICATE_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A certificate or key for a registry in certs.d cannot be used.',
  },
  REGISTRY_SEARCH_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A search for images asks for what no search can give.',
  },
} as const satisfies ErrorArea;
