import type { Distribution } from './distribution.ts';
import type { DockerRelease } from './docker-release.ts';

/** Releases that the docker-ce repository has suites for, newest first (download.docker.com/linux, 2026-11). */
const debianSuites = [
  { name: 'trixie', version: '13' },
  { name: 'bookworm', version: '12' },
  { name: 'bullseye', version: '11' },
  { name: 'buster', version: '10' },
  { name: 'stretch', version: '9' },
] as const;

/** The same for Ubuntu, with the name in /etc/debian_version of each. */
const ubuntuSuites = [
  { name: 'questing', debian: 'trixie' },
  { name: 'noble', debian: 'trixie' },
  { name: 'jammy', debian: 'bookworm' },
  { name: 'focal', debian: 'bullseye' },
  { name: 'bionic', debian: 'buster' },
  { name: 'xenial', debian: 'stretch' },
] as const;

/** Suites for Ubuntu and what derives from it, best first; see `dockerReleases`. */
export function ubuntuReleases(distribution: Distribution): readonly DockerRelease[] {
  const { id, ubuntuCodename, codename, debianVersion } = distribution;
  const own = ubuntuCodename ?? (id === 'ubuntu' ? codename : undefined);
  // Without the name of the Ubuntu release: Ubuntu inherits Debian's `bookworm/sid`. The older of two of the same time is
  // sure to run on both.
  const inherited = ubuntuSuites.findLast(({ debian }) => debian === before('/', debianVersion));
  const guessed = inherited?.name ?? ubuntuSuites.find(({ name }) => name === codename)?.name;
  const names = ubuntuSuites.map(({ name }) => name);
  return fromNewest(own ?? guessed, names).map((release) => suite('ubuntu', release));
}

/** Suites for Debian and what derives from it, best first; see `dockerReleases`. */
export function debianReleases(
  distribution: Distribution,
  architecture: string,
): readonly DockerRelease[] {
  const { id, codename, debianCodename, debianVersion } = distribution;
  const named = [debianCodename, codename, before('/', debianVersion)].find((name) =>
    debianSuites.some((known) => known.name === name),
  );
  const major = before('.', debianVersion);
  const numbered = debianSuites.find(({ version }) => version === major)?.name;
  // A release of Debian's own that is newer than this table is asked for by its name first.
  const isDebian = id === 'debian' || id === 'raspbian';
  const own = named ?? numbered ?? (isDebian ? codename : undefined);
  // Raspberry Pi OS of 64 bit calls itself Debian and is; `raspbian` has packages for 32 bit only.
  const folder = id === 'raspbian' && architecture === 'armhf' ? 'raspbian' : 'debian';
  const names = debianSuites.map(({ name }) => name);
  return fromNewest(own, names).map((release) => suite(folder, release));
}

function suite(folder: DockerRelease['folder'], release: string): DockerRelease {
  return { format: 'deb', folder, release };
}

function before(mark: string, text: string | undefined): string | undefined {
  return text?.split(mark)[0];
}

/** `newest` and what is older; a name that is not known is newer than all. */
function fromNewest(newest: string | undefined, all: readonly string[]): readonly string[] {
  if (newest === undefined) return all;
  const position = all.indexOf(newest);
  return position < 0 ? [newest, ...all] : all.slice(position);
}
