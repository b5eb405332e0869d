import { BerthError } from '../../errors/berth-error.ts';
import { orIfMissing, stat } from '../../host/files.ts';
import type { Namespace, NamespaceType } from '../../spec/linux.ts';
import type { Spec } from '../../spec/spec.ts';

/** Names of the types under /proc/<pid>/ns that are not those of a config. */
const procNames: Readonly<Partial<Record<NamespaceType, string>>> = {
  network: 'net',
  mount: 'mnt',
};

/**
 * Those of the paths that stand for namespaces that this process is in itself. To join them is to stay, which the kernel
 * refuses for a user namespace (setns(2), EINVAL), and a mount namespace must not be taken for one of the container's.
 */
export async function ownNamespacePaths(
  namespaces: readonly Namespace[],
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    namespaces.map(async ({ type, path }) => {
      if (path === undefined) return [];
      const [own, other] = await Promise.all([
        orIfMissing(stat(`/proc/self/ns/${procNames[type] ?? type}`), undefined),
        // What else is wrong with it shows when it is opened.
        stat(path).catch(() => undefined),
      ]);
      return own && other && own.dev === other.dev && own.ino === other.ino ? [path] : [];
    }),
  );
  return new Set(found.flat());
}

/** Namespaces of a config, and the paths among them that stand for berth's own (`ownNamespacePaths`). */
export interface ConfigNamespaces {
  readonly namespaces: readonly Namespace[];
  readonly ownPaths: ReadonlySet<string>;
}

/** Whether a container has a namespace of a type that is not the one berth itself is in. */
export function hasOwnNamespace(
  { namespaces, ownPaths }: ConfigNamespaces,
  type: NamespaceType,
): boolean {
  const namespace = namespaces.find((one) => one.type === type);
  if (namespace?.path === undefined) return namespace !== undefined;
  // One that is missing is told of where it is joined.
  return !ownPaths.has(namespace.path);
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
export function refuseHostNames(spec: Spec, ownPaths: ReadonlySet<string>): void {
  const set = (['hostname', 'domainname'] as const).filter((field) => spec[field] !== undefined);
  if (set.length === 0 || hasOwnNamespace({ namespaces: spec.linux.namespaces, ownPaths }, 'uts'))
    return;
  const wanted = ownNamespaceWanted('uts');
  throw new BerthError('SPEC_INVALID', {
    message: set.map((field) => `'${field}' is set, wanted ${wanted}`).join('; '),
    remedy: 'Leave the name out, or give the container a UTS namespace of its own.',
    details: { problems: set.map((field) => ({ field, seen: spec[field], wanted })) },
  });
}
