import type { Distribution } from './distribution.ts';
import type { DockerRelease } from './docker-release.ts';

/** The release of CentOS whose C library a distribution has or exceeds, by ID and major version. */
const likeCentos: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  amzn: { '2': '7', '2023': '9' },
  openeuler: { '20': '8', '21': '8', '22': '9', '24': '9', '25': '10' },
  anolis: { '7': '7', '8': '8', '23': '9' },
  alinux: { '2': '7', '3': '8', '4': '9' },
  tencentos: { '2': '7', '3': '8', '4': '9' },
  opencloudos: { '7': '7', '8': '8', '9': '9', '23': '9' },
  // The server, made from openEuler.
  kylin: { V10: '8', V11: '9' },
};

/** Fedora releases whose packages are tried when the host's own release has none, as it is with Rawhide. */
const fedoraReleases = ['44', '43', '42', '41', '40'];

const centosReleases = ['10', '9', '8', '7'];

/** The parts of the repository for a distribution with rpm, best first; see `dockerReleases`. */
export function rpmReleases(distribution: Distribution): readonly DockerRelease[] {
  const { id, idLike, version } = distribution;
  const major = version.split('.')[0]?.toUpperCase() ?? '';
  if (id === 'fedora') return fedora(major);
  if (isSuse(distribution)) return suse(major);
  // Docker builds the same packages for both, and `rhel` is the younger folder: not every mirror has it.
  if (id === 'rhel') return [rpm('rhel', major), ...centosFrom(major)];
  const like = likeCentos[id]?.[major];
  if (like !== undefined) return centosFrom(like);
  if (centosReleases.includes(major)) return centosFrom(major);
  // A derivative of Fedora that counts like Fedora.
  const countsLikeFedora = Number(major) >= 30 && Number(major) < 100;
  if (idLike.includes('fedora') && countsLikeFedora) return fedora(major);
  return centosFrom('9');
}

function isSuse({ id, idLike }: Distribution): boolean {
  return [id, ...idLike].some((name) => /^(suse|sles|sled|opensuse.*|sl-micro)$/.test(name));
}

/**
 * Docker builds for SLES on s390x only. The client is one program that needs little but the C library, so the build for
 * CentOS 9 (glibc 2.34) is tried on what is as new: Leap 15.6, SLES 15 SP6 and Tumbleweed have 2.38 and later.
 */
function suse(major: string): readonly DockerRelease[] {
  const release = ['12', '15'].includes(major) ? major : '15';
  return [rpm('sles', release), rpm('centos', '9')];
}

function fedora(major: string): readonly DockerRelease[] {
  const older = fedoraReleases.filter((release) => major === '' || Number(release) < Number(major));
  const own = major === '' ? [] : [major];
  return [...own, ...older].map((release) => rpm('fedora', release));
}

/** The release and the one before it, whose packages run there too: a mirror half synced may lack the newest. */
function centosFrom(release: string): readonly DockerRelease[] {
  const position = Math.max(0, centosReleases.indexOf(release));
  return centosReleases.slice(position, position + 2).map((name) => rpm('centos', name));
}

function rpm(folder: DockerRelease['folder'], release: string): DockerRelease {
  return { format: 'rpm', folder, release };
}
