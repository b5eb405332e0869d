import type { Namespace, NamespaceType } from '../spec/linux.ts';
import * as clone from '../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';

const cloneFlags: Readonly<Record<NamespaceType, number>> = {
  pid: clone.CLONE_NEWPID,
  network: clone.CLONE_NEWNET,
  mount: clone.CLONE_NEWNS,
  ipc: clone.CLONE_NEWIPC,
  uts: clone.CLONE_NEWUTS,
  user: clone.CLONE_NEWUSER,
  cgroup: clone.CLONE_NEWCGROUP,
  time: clone.CLONE_NEWTIME,
};

/** Types that a process can join for itself, so that the child does it after it was forked. */
const joinable = new Set<NamespaceType>(['network', 'ipc', 'uts', 'cgroup', 'time']);

/** Namespaces by how the container gets them. */
export interface NamespacePlan {
  /** For clone(2): those that are made with the process. */
  readonly cloneFlags: number;
  /** The cgroup namespace is made later, when the process is in its cgroup. */
  readonly newCgroup: boolean;
  /** The time namespace too: its offsets are set before anybody is in it. */
  readonly newTime: boolean;
  readonly newUser: boolean;
  readonly newNetwork: boolean;
  /** With a new one, /proc shows the container's processes and dies with the first. */
  readonly newPid: boolean;
  readonly join: readonly { readonly type: NamespaceType; readonly path: string }[];
  /** Fields that berth cannot carry out. */
  readonly unsupported: readonly string[];
}

/** Decides how the namespaces of a config are made (namespaces(7), cgroup_namespaces(7)). */
export function planNamespaces(namespaces: readonly Namespace[]): NamespacePlan {
  const made = new Set(namespaces.filter(({ path }) => path === undefined).map(({ type }) => type));
  const joined = namespaces.filter(({ path }) => path !== undefined);
  const unsupported = namespaces.flatMap(({ type, path }, i) => {
    return path !== undefined && !joinable.has(type) ? [`linux.namespaces[${i}].path`] : [];
  });
  // The root file system is mounted in the container's own mount namespace: without one it would show on the host.
  if (!made.has('mount')) unsupported.push('linux.namespaces without a new "mount" namespace');
  return {
    cloneFlags: [...made]
      .filter((type) => type !== 'cgroup' && type !== 'time')
      .reduce((flags, type) => flags | cloneFlags[type], 0),
    newCgroup: made.has('cgroup'),
    newTime: made.has('time'),
    newUser: made.has('user'),
    newNetwork: made.has('network'),
    newPid: made.has('pid'),
    join: joined.map(({ type, path = '' }) => ({ type, path })),
    unsupported,
  };
}

/** Joins the namespaces that the config names by path. */
export function joinNamespaces(p: ProgramBuilder, plan: NamespacePlan): void {
  for (const { type, path } of plan.join) {
    const label = `join the ${type} namespace ${path}`;
    const fd = p.call(label, 'openat', [AT_FDCWD, p.string(path), O_RDONLY | O_CLOEXEC, 0]);
    p.call(label, 'setns', [fd, cloneFlags[type]]);
    p.call(label, 'close', [fd]);
  }
}
