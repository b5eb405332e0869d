import type { IndexedPackage } from '../../repositories/indexes/indexed-package.ts';

/** What people install from docker-ce: these have to be there. */
const wanted = [
  'docker-ce-cli',
  'docker-compose-plugin',
  'docker-buildx-plugin',
  'docker-ce-rootless-extras',
  'docker-ce',
  'containerd.io',
];

/**
 * Orders versions well enough to find the newest one, which is the one that a mirror half synchronised does not have yet.
 * The package managers' own rules differ in corners that no published version of docker-ce touches.
 */
const byVersion = new Intl.Collator('en', { numeric: true });

/** The newest package of each name that matters, the smallest first; of every name in a repository that has none of them. */
export function newestPackages(packages: readonly IndexedPackage[]): readonly IndexedPackage[] {
  const newest = new Map<string, IndexedPackage>();
  for (const each of packages) {
    const known = newest.get(each.name);
    if (known === undefined || byVersion.compare(each.version, known.version) > 0) {
      newest.set(each.name, each);
    }
  }
  const found = [...newest.values()].filter(({ name }) => wanted.includes(name));
  const chosen = found.length > 0 ? found : [...newest.values()].slice(0, wanted.length);
  return chosen.sort((one, other) => one.sizeBytes - other.sizeBytes);
}
