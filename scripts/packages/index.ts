import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { apt } from './apt.ts';
import type { PackageManager } from './package-manager.ts';

/** Every package manager that berth knows; the first one present is the host's. */
const managers: readonly PackageManager[] = [apt];

/** The host's package manager. Throws PACKAGE_MANAGER_UNSUPPORTED. */
export async function packageManagerOf(
  host: ProvisionHost,
  wanted: readonly string[],
): Promise<PackageManager> {
  for (const manager of managers) {
    if (await manager.isPresent(host)) return manager;
  }
  throw new BerthError('PACKAGE_MANAGER_UNSUPPORTED', {
    message: `the packages "${wanted.join('", "')}" are needed and none of "${managers.map((m) => m.name).join('", "')}" is on this host`,
    remedy: `Install ${wanted.join(', ')} with the host's own package manager, then run "berth up" again.`,
    details: { wanted },
  });
}
