import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import type { HostFix } from '../../checks/fix.ts';

/** A fix in a few words, for people. */
export function describeFix(fix: HostFix): string {
  switch (fix.kind) {
    case 'sysctl':
      return m.fixSysctl(fix);
    case 'module':
      return m.fixModule(fix);
    case 'package':
      return m.fixPackage({ names: fix.names.join(', ') });
    case 'firewall-zone':
      return m.fixFirewall(fix);
    case 'service-enable':
      return m.fixService(fix);
  }
}
