import type { HostFix } from '../../checks/fix.ts';

/** A fix in a few words, for people. */
export function describeFix(fix: HostFix): string {
  switch (fix.kind) {
    case 'sysctl':
      return `set ${fix.key}=${fix.value}`;
    case 'module':
      return `load module ${fix.name}`;
    case 'package':
      return `install ${fix.names.join(', ')}`;
  }
}
