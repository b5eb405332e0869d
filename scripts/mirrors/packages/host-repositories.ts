import { readDistribution } from '../../repositories/distribution.ts';
import { dockerReleases } from '../../repositories/docker-releases.ts';
import { dockerRepository } from '../../repositories/docker-repository.ts';
import type { PackageRepository } from '../../repositories/package-repository.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';

/** The docker-ce repositories that fit a host, on the server whose folder `root` has `linux/`; the best release first. */
export type RepositoriesAt = (root: string) => readonly PackageRepository[];

/** Of the releases that fit, so many are looked for: a mirror that has none of them is of no use. */
const releases = 2;

const architectures: Readonly<Record<string, { readonly deb: string; readonly rpm: string }>> = {
  x64: { deb: 'amd64', rpm: 'x86_64' },
  arm64: { deb: 'arm64', rpm: 'aarch64' },
};

/**
 * What mirrors of docker-ce have to have for this host. Gives no repositories where Docker has no packages for it.
 *
 * @param keys Fingerprints in the place of Docker's own, for a mirror that signs the packages anew.
 */
export async function repositoriesFor(
  host: ProvisionHost,
  keys?: readonly string[],
): Promise<RepositoriesAt> {
  const distribution = await readDistribution(host);
  const architecture = architectures[process.arch] ?? { deb: process.arch, rpm: process.arch };
  const fitting = dockerReleases(distribution, architecture.deb).slice(0, releases);
  return (root) =>
    fitting.map((release) =>
      dockerRepository(release, {
        root,
        architecture: architecture[release.format],
        ...(keys === undefined ? {} : { keys }),
      }),
    );
}
