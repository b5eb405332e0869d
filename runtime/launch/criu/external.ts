import { posix } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { stat } from '../../host/files.ts';
import type { Mount } from '../../spec/mount.ts';
import type { Spec } from '../../spec/spec.ts';
import { isBind } from '../mounts/mounts.ts';

/** The name that the network namespace of somebody else has between `criu dump` and `criu restore`; runc's. */
const networkName = 'extRootNetNS';

/** The descriptor of such a namespace when it is restored. */
export const networkFd = 10;

/**
 * Refuses containers with parts that CRIU would leave out or make anew without a word.
 * @throws SPEC_UNSUPPORTED naming the field
 */
export function refuseUncheckpointable(
  spec: Spec,
  { cgroups }: { readonly cgroups: string },
): void {
  const { namespaces, intelRdt } = spec.linux;
  const mounts: readonly Mount[] = spec.mounts;
  const has = (type: string): boolean => namespaces.some((namespace) => namespace.type === type);
  const joined = namespaces.flatMap(({ type, path }, index) =>
    path === undefined || type === 'network' ? [] : [`linux.namespaces[${index}].path`],
  );
  const early = ['prestart', 'createRuntime', 'createContainer', 'startContainer'] as const;
  const fields = [
    ...(spec.process.terminal ? ['process.terminal'] : []),
    ...joined,
    ...(has('pid') ? [] : ['linux.namespaces without a "pid" namespace']),
    ...(has('mount') ? [] : ['linux.namespaces without a "mount" namespace']),
    ...(has('user') ? ['linux.namespaces with a "user" namespace'] : []),
    ...(intelRdt === undefined ? [] : ['linux.intelRdt']),
    // With v1 it is a folder of mounts, of which CRIU knows nothing.
    ...(cgroups === 'v1' && spec.mounts.some(({ type }) => type === 'cgroup')
      ? ['mounts with one of type "cgroup", on cgroup v1']
      : []),
    ...(spec.mounts.some(({ options }) => options.includes('src-nofollow'))
      ? ['mounts with the option "src-nofollow"']
      : []),
    ...(mounts.some(({ sourceBelow }) => sourceBelow !== undefined)
      ? ['mounts with a part of a source']
      : []),
    ...early.filter((kind) => spec.hooks[kind].length > 0).map((kind) => `hooks.${kind}`),
  ];
  if (fields.length === 0) return;
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `a container with '${fields.join("', '")}' cannot be checkpointed and restored by berth; wanted one without`,
    remedy: 'Run the container without it.',
    details: { fields },
  });
}

const bindsOf = ({ mounts }: Spec): readonly Mount[] => mounts.filter(isBind);

const placeOf = ({ destination }: Mount): string => posix.resolve('/', destination);

/** Arguments of `criu dump` for what is the host's: bind mounts, and a network namespace that is handed back at a restore. */
export async function externalOnDump(
  spec: Spec,
  { network }: { readonly network: string | undefined },
): Promise<readonly string[]> {
  const binds = bindsOf(spec).map((mount) => `mnt[${placeOf(mount)}]:${placeOf(mount)}`);
  const net = network === undefined ? [] : [`net[${(await stat(network)).ino}]:${networkName}`];
  return [...binds, ...net].flatMap((name) => ['--external', name]);
}

/** Arguments of `criu restore` for the same: sources are relative to the bundle, the namespace is open as `networkFd`. */
export function externalOnRestore(
  spec: Spec,
  { bundle, network }: { readonly bundle: string; readonly network: 'given' | 'none' },
): readonly string[] {
  const binds = bindsOf(spec).flatMap((mount) => [
    '--external',
    `mnt[${placeOf(mount)}]:${posix.resolve(bundle, mount.source ?? '')}`,
  ]);
  const net = network === 'none' ? [] : ['--inherit-fd', `fd[${networkFd}]:${networkName}`];
  return [...binds, ...net];
}

/** The file of a network namespace that the config joins. */
export function networkPath({ linux }: Spec): string | undefined {
  return linux.namespaces.find(({ type }) => type === 'network')?.path;
}
