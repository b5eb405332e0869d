import type { ErrorArea } from './area.ts';

/** Errors of `scripts/repositories`: package repositories, their mirrors, and the Docker client from them. */
export const repositoryErrors = {
  REPOSITORY_UNAVAILABLE: {
    http: 502,
    exit: 1,
    meaning: 'No repository with the wanted packages for this distribution answers at that URL.',
  },
  REPOSITORY_UNTRUSTED: {
    http: 502,
    exit: 1,
    meaning:
      "A repository's index is not signed by its key, contradicts itself, or names packages that are not there.",
  },
  PACKAGE_VERSION_UNKNOWN: {
    http: 404,
    exit: 1,
    meaning: 'The repository has no version of a package that fits what was asked for.',
  },
  DOCKER_CLI_CONFLICT: {
    http: 409,
    exit: 1,
    meaning: 'The Docker client cannot be installed beside what the host has already.',
  },
  DOCKER_CLI_UNAVAILABLE: {
    http: 404,
    exit: 1,
    meaning: 'The distribution has no package with the Docker client that does without an engine.',
  },
  DISTRIBUTION_MIRROR_UNFIT: {
    http: 502,
    exit: 1,
    meaning:
      "A mirror does not serve the distribution's repositories, or not with their signature.",
  },
} as const satisfies ErrorArea;
