import type { ErrorArea } from './area.ts';

/** Errors of `scripts/mirrors`: the catalogue of mirrors, their tests and their use. */
export const mirrorCatalogueErrors = {
  MIRROR_CATALOGUE_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'A catalogue of mirrors cannot be read, or has an entry that is not as it must be.',
  },
  MIRROR_UNKNOWN: {
    http: 404,
    exit: 2,
    meaning: 'A mirror was named that the catalogue does not have.',
  },
  MIRROR_UNUSABLE: {
    http: 502,
    exit: 1,
    meaning: 'A mirror was to be used that does not serve what was published, or does not answer.',
  },
  MIRROR_USE_REFUSED: {
    http: 409,
    exit: 1,
    meaning: 'A mirror was to be used on a host that has nothing set up to use it.',
  },
} as const satisfies ErrorArea;
