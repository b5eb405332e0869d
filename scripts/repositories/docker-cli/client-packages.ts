import type { PackageManager } from '../../packages/package-manager.ts';
import { dockerCliPackage } from '../find-docker-repository.ts';

/** The client and its two plugins, in the docker-ce repository. */
export const dockerCePackages = [
  dockerCliPackage,
  'docker-compose-plugin',
  'docker-buildx-plugin',
] as const;

/** What a distribution calls the client and its plugins, the better name first. */
interface DistributionPackages {
  readonly client: readonly string[];
  readonly compose: readonly string[];
  readonly buildx: readonly string[];
}

/**
 * Names of packages that have the client without an engine (looked up 2026-11): Debian since 13, Fedora since 41, Alpine.
 * In Ubuntu, Debian 12 and Arch the client is only in the package of the engine, which is no client for berth.
 */
export const distributionPackages: Readonly<
  Record<PackageManager['format'], DistributionPackages>
> = {
  deb: {
    client: ['docker-cli'],
    compose: ['docker-compose-v2', 'docker-compose'],
    buildx: ['docker-buildx'],
  },
  rpm: { client: ['docker-cli'], compose: ['docker-compose'], buildx: ['docker-buildx'] },
  apk: {
    client: ['docker-cli'],
    compose: ['docker-cli-compose'],
    buildx: ['docker-cli-buildx'],
  },
  pacman: { client: ['docker-cli'], compose: ['docker-compose'], buildx: ['docker-buildx'] },
};

/** Packages with an engine: berth is one, and another must not come along with a client. */
export const enginePackages: readonly string[] = [
  'docker',
  'docker-ce',
  'docker-ee',
  'docker-engine',
  'docker-latest',
  'docker-stable',
  'docker.io',
  'moby-engine',
  'podman-docker',
];

/** Other packages whose `docker` is a client, or stands in for one. */
export const otherClientPackages: readonly string[] = [
  'docker-cli',
  'docker-client',
  'docker-client-latest',
  'docker-common',
  'docker-ee-cli',
  'moby-cli',
  'moby-client',
];
