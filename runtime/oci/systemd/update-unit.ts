import type { Resources } from '../../spec/resources.ts';
import { unitLimits } from './scope-request.ts';
import { SystemdManager } from './systemd-manager.ts';

/** A change of limits of a container that systemd knows. */
export interface UnitChange {
  readonly unit: string;
  readonly before: Resources | undefined;
  readonly after: Resources | undefined;
  /** Writes the limits into the cgroup. */
  readonly write: () => Promise<void>;
}

/**
 * Changes limits in systemd's mind as well, or it would put back the old ones whenever it reloads its units. First there:
 * what it writes then is rounded, and gives way to the exact values. When one of these is refused it is told the old ones.
 *
 * @throws OCI_SYSTEMD_UNAVAILABLE, OCI_SYSTEMD_REFUSED, and what `write` throws
 */
export async function updateUnit({ unit, before, after, write }: UnitChange): Promise<void> {
  const [old, changed] = [await unitLimits(before), await unitLimits(after)];
  const systemd = await SystemdManager.connect();
  try {
    const version = await systemd.version();
    await systemd.setProperties(unit, changed.limits(version));
    try {
      await write();
    } catch (error) {
      await systemd.setProperties(unit, old.limits(version));
      throw error;
    }
  } finally {
    systemd.close();
  }
}
