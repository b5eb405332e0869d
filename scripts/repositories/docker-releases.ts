import { debianReleases, ubuntuReleases } from './deb-releases.ts';
import type { Distribution } from './distribution.ts';
import type { DockerRelease } from './docker-release.ts';
import { rpmReleases } from './rpm-releases.ts';

/**
 * Which parts of the docker-ce repository have packages for a distribution, the best first. Only the first is made for
 * it: the others are for older releases of the same family, whose packages run there too, for the time between a
 * distribution's release and Docker's. Empty where Docker has nothing.
 *
 * @param architecture As `dpkg --print-architecture` says it; only matters to Raspberry Pi OS.
 */
export function dockerReleases(
  distribution: Distribution,
  architecture: string,
): readonly DockerRelease[] {
  switch (familyOf(distribution)) {
    case 'ubuntu':
      return ubuntuReleases(distribution);
    case 'debian':
      return debianReleases(distribution, architecture);
    case 'rpm':
      return rpmReleases(distribution);
    case 'other':
      return [];
  }
}

type Family = 'ubuntu' | 'debian' | 'rpm' | 'other';

/** Distributions that name no ID_LIKE, or one that leads astray. */
const familyById: Readonly<Record<string, Family>> = {
  ubuntu: 'ubuntu',
  debian: 'debian',
  raspbian: 'debian',
  uos: 'debian',
  deepin: 'debian',
  fedora: 'rpm',
  rhel: 'rpm',
  centos: 'rpm',
  rocky: 'rpm',
  almalinux: 'rpm',
  ol: 'rpm',
  amzn: 'rpm',
  openeuler: 'rpm',
  anolis: 'rpm',
  alinux: 'rpm',
  tencentos: 'rpm',
  opencloudos: 'rpm',
};

/** Ends of ID_LIKE of whatever uses rpm. */
const rpmFamilies = /^(fedora|rhel|centos|suse|sles|opensuse.*|openeuler)$/;

function familyOf({ id, idLike, ubuntuCodename, debianVersion }: Distribution): Family {
  const known = familyById[id];
  if (known !== undefined) return known;
  if (ubuntuCodename !== undefined || idLike.includes('ubuntu')) return 'ubuntu';
  if (idLike.includes('debian') || debianVersion !== undefined) return 'debian';
  if ([id, ...idLike].some((name) => rpmFamilies.test(name))) return 'rpm';
  // Kylin is two distributions of one name: a desktop made from Ubuntu, and a server made from openEuler that says no more.
  return id === 'kylin' ? 'rpm' : 'other';
}
