import { posix } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { stat } from '../../host/files.ts';
import { isBind } from '../../launch/mounts/mounts.ts';
import type { Mount } from '../../spec/mount.ts';
import type { Spec } from '../../spec/spec.ts';
import { absolutePath } from '../paths.ts';

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
    ...early.filter((kind) => spec.hooks[kind].length > 0).map((kind) => `hooks.${kind}`),
  ];
  if (fields.length === 0) return;
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `a container with '${fields.join("', '")}' cannot be checkpointed and restored by berth; wanted one without`,
    remedy: 'Run the container without it, or with runc when it has to be checkpointed.',
    details: { fields },
  });
}

const bindsOf = ({ mounts }: Spec): readonly Mount[] => mounts.filter(isBind);

const placeOf = ({ destination }: Mount): string => posix.resolve('/', destination);

/** Arguments of `criu dump` for what is the host's: bind mounts, and a network namespace that was there before. */
export async function externalOnDump(spec: Spec): Promise<readonly string[]> {
  const path = networkPath(spec);
  const network = path === undefined ? [] : [`net[${(await stat(path)).ino}]:${networkName}`];
  return [
    ...bindsOf(spec).map((mount) => `mnt[${placeOf(mount)}]:${placeOf(mount)}`),
    ...network,
  ].flatMap((name) => ['--external', name]);
}

/** Arguments of `criu restore` for the same. The namespace is open as `networkFd`. */
export function externalOnRestore(spec: Spec, bundle: string): readonly string[] {
  const binds = bindsOf(spec).flatMap((mount) => [
    '--external',
    `mnt[${placeOf(mount)}]:${absolutePath(mount.source ?? '', bundle)}`,
  ]);
  const network =
    networkPath(spec) === undefined ? [] : ['--inherit-fd', `fd[${networkFd}]:${networkName}`];
  return [...binds, ...network];
}

/** The file of a network namespace that the config joins. */
export function networkPath({ linux }: Spec): string | undefined {
  return linux.namespaces.find(({ type }) => type === 'network')?.path;
}
