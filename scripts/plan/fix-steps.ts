import { dirname } from 'node:path';
import type { HostFix } from '../../checks/fix.ts';
import { modulesLoadConf } from '../../templates/modules-load-conf.ts';
import { sysctlConf } from '../../templates/sysctl-conf.ts';
import { places } from '../host/places.ts';
import type { Step } from '../steps/index.ts';
import type { HostFacts } from './host-facts.ts';

/** The package that has modprobe(8), by that name in every distribution. */
const modprobePackage = 'kmod';

/** What nobody calls before a container gets a network: the engine can be started meanwhile. */
const neededLater: ReadonlySet<string> = new Set(['nftables']);

type Fix<K extends HostFix['kind']> = Extract<HostFix, { kind: K }>;

/** Steps that carry fixes out, for now and for the next boot. Packages first, then modules, whose switches come last. */
export function fixSteps(fixes: readonly HostFix[], facts: HostFacts): readonly Step[] {
  const modules = unique(ofKind(fixes, 'module').map(({ name }) => name));
  const settings = new Map(ofKind(fixes, 'sysctl').map((fix) => [fix.key, fix.value]));
  const packages = unique([
    ...ofKind(fixes, 'package').flatMap(({ names }) => names),
    ...(modules.length > 0 && facts.modprobe === 'missing' ? [modprobePackage] : []),
  ]);
  return [
    ...packageSteps(packages),
    ...modules.map((name): Step => ({ kind: 'module', name })),
    ...(modules.length > 0
      ? configFile(places.modulesFile, modulesLoadConf(facts.modulesFile, modules))
      : []),
    ...[...settings].map(([key, value]): Step => ({ kind: 'sysctl', key, value })),
    ...(settings.size > 0 ? configFile(places.sysctlFile, sysctlText(settings, facts)) : []),
    ...ofKind(fixes, 'firewall-zone'),
    ...ofKind(fixes, 'service-enable'),
  ];
}

function packageSteps(names: readonly string[]): readonly Step[] {
  const first = names.filter((name) => !neededLater.has(name));
  const later = names.filter((name) => neededLater.has(name));
  return [
    ...(first.length > 0 ? [{ kind: 'package', names: first } as const] : []),
    ...(later.length > 0 ? [{ kind: 'package', names: later, beside: true } as const] : []),
  ];
}

function ofKind<K extends HostFix['kind']>(fixes: readonly HostFix[], kind: K): readonly Fix<K>[] {
  return fixes.filter((fix): fix is Fix<K> => fix.kind === kind);
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

function sysctlText(settings: ReadonlyMap<string, string>, facts: HostFacts): string {
  return sysctlConf(
    facts.sysctlFile,
    [...settings].map(([key, value]) => ({ key, value })),
  );
}

function configFile(path: string, content: string): readonly Step[] {
  return [
    { kind: 'make-folder', path: dirname(path), mode: 0o755, removes: 'empty' },
    { kind: 'write-file', path, content, mode: 0o644 },
  ];
}
