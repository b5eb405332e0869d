import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import { requireKeyFingerprint } from '../packages/openpgp-key.ts';
import type { Distribution } from './distribution.ts';
import { dockerReleases } from './docker-releases.ts';
import type { DockerRelease } from './docker-release.ts';
import { dockerRepository } from './docker-repository.ts';
import { readAptIndex } from './indexes/apt-index.ts';
import type { IndexedPackage } from './indexes/indexed-package.ts';
import { readRpmIndex } from './indexes/rpm-index.ts';
import type { WebFiles } from './indexes/web-files.ts';
import type { PackageRepository } from './package-repository.ts';

/** The package whose presence makes a docker-ce repository of use. */
export const dockerCliPackage = 'docker-ce-cli';

/** What a docker-ce repository is looked for with. */
export interface DockerRepositorySearch {
  readonly distribution: Distribution;
  readonly format: 'deb' | 'rpm';
  /** As the package manager writes it. */
  readonly architecture: string;
  /** URLs that `linux/` may lie below, in order. */
  readonly roots: readonly string[];
  /** Fingerprints in the place of Docker's own. */
  readonly keys?: readonly string[];
}

/** A docker-ce repository that answers, with all that its index says. */
export interface FoundRepository {
  readonly repository: PackageRepository;
  readonly release: DockerRelease;
  /** Whether it is made for this very release of the distribution. */
  readonly fit: 'own' | 'related';
  /** The key, with the pinned fingerprint. */
  readonly key: Buffer;
  readonly packages: readonly IndexedPackage[];
}

/**
 * Finds the docker-ce repository for a host: the first release that the server has an index and the client's package
 * for. Reads only.
 *
 * @throws BerthError REPOSITORY_UNAVAILABLE when there is none, REPOSITORY_KEY_MISMATCH, REPOSITORY_UNTRUSTED.
 */
export async function findDockerRepository(
  search: DockerRepositorySearch,
  files: WebFiles,
): Promise<FoundRepository> {
  const releases = dockerReleases(search.distribution, search.architecture).filter(
    ({ format }) => format === search.format,
  );
  if (releases.length === 0) throw nothingForDistribution(search.distribution);
  const tried: string[] = [];
  for (const root of search.roots) {
    for (const [position, release] of releases.entries()) {
      const repository = dockerRepository(release, { ...search, root });
      const found = await tryRepository({ repository, release }, files).catch((cause: unknown) => {
        if (isBerthError(cause)) throw cause;
        throw unreachable(repository, cause);
      });
      if (found !== undefined) return { ...found, fit: position === 0 ? 'own' : 'related' };
      tried.push(`${repository.baseUrl} ${repository.suite ?? ''}`.trim());
    }
  }
  throw new BerthError('REPOSITORY_UNAVAILABLE', {
    message: m.repositoryNowhere({ tried: tried.join('", "') }),
    remedy: m.repositoryNowhereRemedy(),
    details: { tried },
  });
}

async function tryRepository(
  candidate: { readonly repository: PackageRepository; readonly release: DockerRelease },
  files: WebFiles,
): Promise<Omit<FoundRepository, 'fit'> | undefined> {
  const { repository } = candidate;
  const key = await files.read(new URL(repository.keyUrl));
  if (key.kind === 'absent') return undefined;
  requireKeyFingerprint(key.bytes, {
    fingerprints: repository.keyFingerprints,
    source: repository.keyUrl,
  });
  const packages =
    candidate.release.format === 'deb'
      ? await readAptIndex(repository, { files, key: key.bytes })
      : await readRpmIndex(repository, files);
  const hasClient = packages?.some(({ name }) => name === dockerCliPackage) === true;
  return hasClient ? { ...candidate, key: key.bytes, packages } : undefined;
}

function nothingForDistribution({ prettyName, id }: Distribution): BerthError {
  return new BerthError('REPOSITORY_UNAVAILABLE', {
    message: m.repositoryNotForDistribution({ name: prettyName }),
    remedy: m.repositoryNotForDistributionRemedy(),
    details: { distribution: id },
  });
}

function unreachable({ baseUrl }: PackageRepository, cause: unknown): BerthError {
  return new BerthError('REPOSITORY_UNAVAILABLE', {
    message: m.repositoryUnreachable({ url: baseUrl, why: messageOf(cause) }),
    remedy: m.repositoryNowhereRemedy(),
    details: { url: baseUrl },
    cause,
  });
}
