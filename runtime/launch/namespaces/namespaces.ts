import type { Namespace, NamespaceType } from '../../spec/linux.ts';
import * as clone from '../../syscall/constants/clone.ts';

/** Flags of clone(2), setns(2) and NS_GET_NSTYPE. */
export const namespaceFlags: Readonly<Record<NamespaceType, number>> = {
  pid: clone.CLONE_NEWPID,
  network: clone.CLONE_NEWNET,
  mount: clone.CLONE_NEWNS,
  ipc: clone.CLONE_NEWIPC,
  uts: clone.CLONE_NEWUTS,
  user: clone.CLONE_NEWUSER,
  cgroup: clone.CLONE_NEWCGROUP,
  time: clone.CLONE_NEWTIME,
};

/** A namespace that exists already, and where the config names it. */
export interface JoinedNamespace {
  readonly type: NamespaceType;
  readonly path: string;
  /** Such as `linux.namespaces[2].path`. */
  readonly field: string;
}

/** Where a container gets a namespace from; `host`: it stays in that of berth. */
export type NamespaceOrigin = 'new' | 'joined' | 'host';

/** Namespaces by how the container gets them. */
export interface NamespacePlan {
  /** For clone(2): those that are made with the process. */
  readonly cloneFlags: number;
  /** The cgroup namespace is made later, when the process is in its cgroup. */
  readonly newCgroup: boolean;
  /** The time namespace too: its offsets are set before anybody is in it. */
  readonly newTime: boolean;
  readonly newNetwork: boolean;
  /** With a new one, /proc shows the container's processes, and all of them die with the first. */
  readonly newPid: boolean;
  readonly user: NamespaceOrigin;
  readonly mount: NamespaceOrigin;
  readonly join: readonly JoinedNamespace[];
  /**
   * Whether they are joined by a process that then forks the container: a PID namespace is only entered by children, and
   * what is made new belongs to the user namespace that its maker is in. A new user namespace has no right to join
   * anything, so that comes before as well.
   */
  readonly joinsFirst: boolean;
}

/** Decides how the namespaces of a config are made (namespaces(7), cgroup_namespaces(7)). */
export function planNamespaces(
  namespaces: readonly Namespace[],
  ownPaths: ReadonlySet<string> = new Set(),
): NamespacePlan {
  const made = new Set(namespaces.filter(({ path }) => path === undefined).map(({ type }) => type));
  const join = namespaces.flatMap(({ type, path }, i) =>
    path === undefined || ownPaths.has(path)
      ? []
      : [{ type, path, field: `linux.namespaces[${i}].path` }],
  );
  const joined = new Set(join.map(({ type }) => type));
  const origin = (type: NamespaceType): NamespaceOrigin => {
    if (made.has(type)) return 'new';
    return joined.has(type) ? 'joined' : 'host';
  };
  return {
    cloneFlags: [...made]
      .filter((type) => type !== 'cgroup' && type !== 'time')
      .reduce((flags, type) => flags | namespaceFlags[type], 0),
    newCgroup: made.has('cgroup'),
    newTime: made.has('time'),
    newNetwork: made.has('network'),
    newPid: made.has('pid'),
    user: origin('user'),
    mount: origin('mount'),
    join,
    joinsFirst: joined.has('pid') || joined.has('user') || (made.has('user') && join.length > 0),
  };
}
