import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** Throws NOT_ROOT unless this process may change the host. */
export function requireRoot(verb: string): void {
  const uid = process.geteuid?.() ?? -1;
  if (uid === 0) return;
  throw new BerthError('NOT_ROOT', {
    message: m.notRoot({ verb, uid }),
    remedy: m.notRootRemedy({ verb }),
    details: { uid },
  });
}
