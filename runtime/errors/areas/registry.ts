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
} as const satisfies ErrorArea;
