import { BerthError } from '../../errors/berth-error.ts';
import type { NamespaceType } from '../../spec/linux.ts';
import type { Spec } from '../../spec/spec.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { type ConfigNamespaces, hasOwnNamespace, ownNamespaceWanted } from './own-namespace.ts';
import { openHostProc, writeProcFile } from './host-proc-file.ts';

/**
 * Which namespace each kernel parameter belongs to; every other one is the host's. What ends in a slash stands for all
 * below. namespaces(7), ipc_namespaces(7), user_namespaces(7); the list is that of runc 1.3 and its like.
 */
const owners: readonly (readonly [NamespaceType, readonly string[]])[] = [
  ['network', ['net/']],
  [
    'ipc',
    [
      'fs/mqueue/',
      ...['msgmax', 'msgmnb', 'msgmni', 'sem', 'shmall', 'shmmax', 'shmmni', 'shm_rmid_forced'].map(
        (name) => `kernel/${name}`,
      ),
    ],
  ],
  // Not kernel/hostname: that is the config's own field.
  ['uts', ['kernel/domainname']],
  ['user', ['user/']],
];

/**
 * Refuses kernel parameters that would not be the container's own but the host's: `kernel.core_pattern` runs a program
 * of the host, `vm.*` and `kernel.panic` are everybody's (runtime-spec 1.2.1, config-linux.md, "Sysctl": namespaced ones).
 *
 * @throws SPEC_INVALID naming the field.
 */
export function refuseHostSysctls(
  { linux }: Pick<Spec, 'linux'>,
  ownPaths: ReadonlySet<string>,
): void {
  const problems = [];
  const { namespaces } = linux;
  for (const [name, value] of Object.entries(linux.sysctl)) {
    const wanted = whatIsWrong(sysctlPath(name), { namespaces, ownPaths });
    if (wanted !== undefined) problems.push({ field: `linux.sysctl.${name}`, seen: value, wanted });
  }
  if (problems.length === 0) return;
  throw new BerthError('SPEC_INVALID', {
    message: problems.map(({ field, wanted }) => `'${field}' is set, wanted ${wanted}`).join('; '),
    remedy: 'Leave it out, or set it on the host itself (sysctl.d) when that is what is meant.',
    details: { problems },
  });
}

/** Sets the kernel parameters of the container's namespaces, which the process is in. The current folder is the host's root. */
export function setSysctls(p: ProgramBuilder, sysctls: Spec['linux']['sysctl']): void {
  const all = Object.entries(sysctls);
  if (all.length === 0) return;
  const folder = openHostProc(p, 'proc', 'open /proc for the sysctls');
  for (const [name, value] of all) {
    const label = `set linux.sysctl.${name} to ${value}`;
    writeProcFile(p, folder, { label, files: [`sys/${sysctlPath(name)}`], value });
  }
  p.call('close /proc', 'close', [folder]);
}

/** Sets those of a network namespace alone, which the process is in. The current folder is the host's root. */
export function setNetworkSysctls(p: ProgramBuilder, sysctls: Spec['linux']['sysctl']): void {
  const isOfNetwork = ([name]: readonly [string, string]): boolean =>
    sysctlPath(name).startsWith('net/');
  setSysctls(p, Object.fromEntries(Object.entries(sysctls).filter(isOfNetwork)));
}

/**
 * The file below /proc/sys. As in sysctl.d(5), the first separator decides: `net.ipv4.conf.eth0/1.forwarding` and
 * `net/ipv4/conf/eth0.1/forwarding` are the same.
 */
function sysctlPath(name: string): string {
  if (/^[^./]*\//.test(name)) return name;
  return name.replaceAll(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

/** What is wanted instead of this parameter; `undefined` when it may be set. */
function whatIsWrong(path: string, namespaces: ConfigNamespaces): string | undefined {
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    return 'a name such as "net.ipv4.ip_forward"';
  }
  if (path === 'kernel/hostname') return 'the field "hostname" for it';
  const owner = owners.find(([, names]) =>
    names.some((name) => (name.endsWith('/') ? path.startsWith(name) : path === name)),
  );
  if (!owner)
    return "only kernel parameters that a namespace has for itself: this one is the host's";
  const [type] = owner;
  return hasOwnNamespace(namespaces, type) ? undefined : ownNamespaceWanted(type);
}
