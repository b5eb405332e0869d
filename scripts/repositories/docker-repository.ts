import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { dockerKeys } from './docker-keys.ts';
import type { DockerRelease } from './docker-release.ts';
import type { PackageRepository } from './package-repository.ts';

/** Docker's own name for it, the same in every language. */
const title = 'Docker CE Stable';

/** Where a docker-ce repository is, and what is taken from it. */
export interface DockerRepositoryPlace {
  /** The URL that `linux/` lies below, without a slash at the end. */
  readonly root: string;
  /** As the package manager writes it. */
  readonly architecture: string;
  /** Fingerprints in the place of Docker's own: of a mirror that signs its packages anew. */
  readonly keys?: readonly string[];
}

/** The docker-ce repository for a release, as served below `root`: upstream or a mirror of it. */
export function dockerRepository(
  release: DockerRelease,
  { root, architecture, keys }: DockerRepositoryPlace,
): PackageRepository {
  const folder = `${root}/linux/${release.folder}`;
  const common = {
    id: 'docker-ce',
    title,
    architectures: [architecture],
    keyUrl: `${folder}/gpg`,
    keyFingerprints: keys ?? dockerKeys[release.format],
  } as const;
  return release.format === 'deb'
    ? { ...common, baseUrl: folder, suite: release.release, components: ['stable'] }
    : { ...common, baseUrl: `${folder}/${release.release}/$basearch/stable` };
}

/**
 * Where `linux/` may lie on a mirror that a person named by its URL: mirrors serve the repository below `/docker-ce`, and
 * people name either that folder or the server. Throws USAGE.
 */
export function possibleRoots(url: string): readonly string[] {
  const base = url.replace(/\/+$/, '');
  if (!URL.canParse(base) || !/^https?:/.test(base)) {
    throw new BerthError('USAGE', {
      message: m.mirrorUrlInvalid({ url }),
      remedy: m.mirrorUrlInvalidRemedy(),
      details: { url },
    });
  }
  const isBare = new URL(base).pathname === '/';
  return isBare ? [`${base}/docker-ce`, base] : [base, `${base}/docker-ce`];
}
