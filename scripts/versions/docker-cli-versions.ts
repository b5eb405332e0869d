import type { ProvisionHost } from '../host/provision-host.ts';
import { packageManagerOf } from '../packages/index.ts';
import { readDistribution } from '../repositories/distribution.ts';
import { newestFirst } from '../repositories/docker-cli/newest-first.ts';
import { searchDockerRepository } from '../repositories/docker-source.ts';
import { dockerCliPackage } from '../repositories/find-docker-repository.ts';
import { openWebFiles } from '../repositories/indexes/web-files.ts';

/** The versions of docker-ce-cli for a host. */
export interface DockerCliVersions {
  /** URL of the repository that was read. */
  readonly repository: string;
  /** `undefined` when the client is not installed, or comes from another package. */
  readonly installed?: string;
  /** As the package manager writes them, newest first. */
  readonly versions: readonly string[];
}

/** Where to look, if not where the host does. */
interface VersionsQuery {
  readonly signal: AbortSignal;
  readonly mirror?: string;
  /** Fingerprints in the place of Docker's own. */
  readonly keys?: readonly string[];
}

/**
 * Reads which versions the repository of this host has: the one that the host knows, the mirror that is named, else
 * upstream. Changes nothing, and needs no root.
 *
 * @throws BerthError PACKAGE_MANAGER_UNSUPPORTED, REPOSITORY_UNAVAILABLE, REPOSITORY_KEY_MISMATCH, REPOSITORY_UNTRUSTED.
 */
export async function dockerCliVersions(
  host: ProvisionHost,
  { signal, ...where }: VersionsQuery,
): Promise<DockerCliVersions> {
  const manager = await packageManagerOf(host, [dockerCliPackage]);
  const files = openWebFiles(signal);
  try {
    const { found } = await searchDockerRepository({
      host,
      manager,
      distribution: await readDistribution(host),
      files,
      ...where,
    });
    const clients = found.packages.filter(({ name }) => name === dockerCliPackage);
    const installed = await manager.installedVersion(host, dockerCliPackage);
    return {
      repository: found.repository.baseUrl,
      ...(installed === undefined ? {} : { installed }),
      versions: newestFirst(clients, manager).map(({ version }) => version),
    };
  } finally {
    files.close();
  }
}
