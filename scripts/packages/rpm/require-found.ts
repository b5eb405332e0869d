import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { PackageSpec } from '../package-manager.ts';

/**
 * yum and zypper succeed when they know one of the packages and not the other, so what is still missing after an
 * installation is the answer. Throws PACKAGE_UNKNOWN.
 */
export function requireFound(missing: readonly PackageSpec[]): void {
  if (missing.length === 0) return;
  const names = missing.map(({ name, version }) =>
    version === undefined ? name : `${name} ${version}`,
  );
  throw new BerthError('PACKAGE_UNKNOWN', {
    message: m.packageUnknown({ names: names.join('", "') }),
    remedy: m.packageUnknownRemedy(),
    details: { missing },
  });
}
