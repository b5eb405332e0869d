import type { ErrorArea } from './area.ts';

/** Errors of `scripts/packages`: the host's package manager and its repositories. */
export const packageErrors = {
  PACKAGE_LOCKED: {
    http: 423,
    exit: 1,
    meaning: 'Another process kept the package manager locked for longer than berth waits.',
  },
  PACKAGE_CONFLICT: {
    http: 409,
    exit: 1,
    meaning:
      'Installing what was asked for would remove packages of the host; nothing was changed.',
  },
  PACKAGE_UNKNOWN: {
    http: 404,
    exit: 1,
    meaning: 'No repository of the host has that package, or that version of it.',
  },
  PACKAGE_HOLD_UNSUPPORTED: {
    http: 501,
    exit: 1,
    meaning: 'The package manager lacks the plugin that keeps a package at its version.',
  },
  OPENPGP_KEY_INVALID: {
    http: 422,
    exit: 1,
    meaning: 'A file is not a public OpenPGP key, or is damaged.',
  },
  REPOSITORY_KEY_MISMATCH: {
    http: 403,
    exit: 1,
    meaning: "A repository's key is not the one that berth knows it by.",
  },
  REPOSITORY_CONFLICT: {
    http: 409,
    exit: 1,
    meaning:
      'The host knows the repository already, in a way that contradicts what berth would write.',
  },
  REPOSITORY_UNSUPPORTED: {
    http: 501,
    exit: 1,
    meaning: 'The package manager cannot use a repository of this kind.',
  },
} as const satisfies ErrorArea;
