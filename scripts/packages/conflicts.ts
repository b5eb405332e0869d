import { packageMessages as m } from '../../messages/areas/packages.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/**
 * What berth needs never costs the host a package that is there: an installation that would remove one is refused.
 * Throws PACKAGE_CONFLICT.
 */
export function requireNoRemoval(wanted: readonly string[], removed: readonly string[]): void {
  if (removed.length === 0) return;
  throw new BerthError('PACKAGE_CONFLICT', {
    message: m.installWouldRemove({
      wanted: wanted.join('", "'),
      removed: removed.join('", "'),
    }),
    remedy: m.installWouldRemoveRemedy(),
    details: { wanted, removed },
  });
}
