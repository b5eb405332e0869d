import { BerthError } from '../../errors/berth-error.ts';
import { orIfMissing, stat } from '../../host/files.ts';
import type { Namespace, NamespaceType } from '../../spec/linux.ts';
import type { Spec } from '../../spec/spec.ts';

/** Names of files under /proc/self/ns that are not those of a config. */
const files: Partial<Record<NamespaceType, string>> = { network: 'net', mount: 'mnt' };

/** Whether a container has a namespace of a type that is not the one berth itself is in. */
export async function hasOwnNamespace(
  namespaces: readonly Namespace[],
  type: NamespaceType,
): Promise<boolean> {
  const namespace = namespaces.find((one) => one.type === type);
  if (namespace?.path === undefined) return namespace !== undefined;
  const [joined, own] = await Promise.all([
    // One that is missing is told of where it is joined.
    orIfMissing(stat(namespace.path), undefined),
    stat(`/proc/self/ns/${files[type] ?? type}`),
  ]);
  return joined?.ino !== own.ino || joined.dev !== own.dev;
}

/** The second half of "'hostname' is set, wanted ...". */
export function ownNamespaceWanted(type: NamespaceType): string {
  return `a "${type}" namespace other than the host's in linux.namespaces`;
}

/**
 * Refuses names that would become the host's own: `hostname` and `domainname` belong to a UTS namespace
 * (uts_namespaces(7)).
 *
 * @throws SPEC_INVALID naming the field.
 */
export async function refuseHostNames(spec: Spec): Promise<void> {
  const set = (['hostname', 'domainname'] as const).filter((field) => spec[field] !== undefined);
  if (set.length === 0 || (await hasOwnNamespace(spec.linux.namespaces, 'uts'))) return;
  const wanted = ownNamespaceWanted('uts');
  throw new BerthError('SPEC_INVALID', {
    message: set.map((field) => `'${field}' is set, wanted ${wanted}`).join('; '),
    remedy: 'Leave the name out, or give the container a UTS namespace of its own.',
    details: { problems: set.map((field) => ({ field, seen: spec[field], wanted })) },
  });
}
