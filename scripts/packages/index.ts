import { packageMessages as m } from '../../messages/areas/packages.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { distributionIds, readOsRelease } from '../../runtime/host/os-release.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { apk } from './apk/apk.ts';
import { apt } from './apt/apt.ts';
import type { PackageManager } from './package-manager.ts';
import { pacman } from './pacman/pacman.ts';
import { dnf } from './rpm/dnf.ts';
import { yum } from './rpm/yum.ts';
import { zypper } from './rpm/zypper.ts';

/** Every package manager that berth knows. dnf before yum, by whose name it goes as well. */
const managers: readonly PackageManager[] = [apt, dnf, yum, zypper, apk, pacman];

/** Those of the distribution first: Debian has dnf, zypper and pacman as packages, and Fedora has apt. */
async function byLikelihood(host: ProvisionHost): Promise<readonly PackageManager[]> {
  const release = await readOsRelease((path) => readTextIfExists(host.path(path)));
  const { id, idLike } = distributionIds(release);
  const own = [id, ...idLike].flatMap((name) =>
    managers.filter((manager) => manager.distributions.includes(name)),
  );
  return [...new Set([...own, ...managers])];
}

/** Asked for by every step about packages; a host does not get another one meanwhile. */
const found = new WeakMap<ProvisionHost, PackageManager>();

/** The host's own package manager, for `wanted` packages. Throws PACKAGE_MANAGER_UNSUPPORTED. */
export async function packageManagerOf(
  host: ProvisionHost,
  wanted: readonly string[],
): Promise<PackageManager> {
  const known = found.get(host);
  if (known !== undefined) return known;
  for (const manager of await byLikelihood(host)) {
    if (!(await manager.isPresent(host))) continue;
    found.set(host, manager);
    return manager;
  }
  throw new BerthError('PACKAGE_MANAGER_UNSUPPORTED', {
    message: m.managerUnsupported({
      wanted: wanted.join('", "'),
      known: managers.map(({ name }) => name).join('", "'),
    }),
    remedy: m.managerUnsupportedRemedy({ wanted: wanted.join(', ') }),
    details: { wanted },
  });
}
