import type { HostFiles } from '../context.ts';

/** How control groups are mounted on this host (cgroups(7)). */
export interface CgroupLayout {
  readonly version: 'v1' | 'hybrid' | 'v2' | 'none';
  /** Mount point of the v2 hierarchy. */
  readonly unified?: string;
  /** Controllers that the v2 hierarchy has, such as `memory`. */
  readonly unifiedControllers: ReadonlySet<string>;
  /** Mount points of v1 controllers, by name. */
  readonly legacy: ReadonlyMap<string, string>;
}

/** Reads the mounts of this process (proc_pid_mountinfo(5)) and the v2 hierarchy's list of controllers. */
export async function readCgroupLayout(files: HostFiles): Promise<CgroupLayout> {
  const mounts = parseMountinfo((await files.readText('/proc/self/mountinfo')) ?? '').filter(
    ({ type }) => type === 'cgroup' || type === 'cgroup2',
  );
  // Containers' own mounts of cgroups may be visible too: those at the standard place come first.
  mounts.sort((one, other) => Number(isStandard(other.point)) - Number(isStandard(one.point)));
  const legacy = new Map<string, string>();
  for (const { type, point, options } of mounts) {
    if (type !== 'cgroup') continue;
    for (const option of options) if (!legacy.has(option)) legacy.set(option, point);
  }
  for (const option of notControllers) legacy.delete(option);
  const unified = mounts.find(({ type }) => type === 'cgroup2')?.point;
  const list =
    unified === undefined ? undefined : await files.readText(`${unified}/cgroup.controllers`);
  const hasLegacy = mounts.some(({ type }) => type === 'cgroup');
  return {
    version: versionOf({ hasLegacy, hasUnified: unified !== undefined }),
    ...(unified === undefined ? {} : { unified }),
    unifiedControllers: new Set((list ?? '').split(/\s+/).filter(Boolean)),
    legacy,
  };
}

/** Mount options of a v1 hierarchy that are not controllers. */
const notControllers = ['rw', 'ro', 'xattr', 'noprefix', 'clone_children', 'cpuset_v2_mode'];

function versionOf(has: {
  readonly hasLegacy: boolean;
  readonly hasUnified: boolean;
}): CgroupLayout['version'] {
  if (has.hasUnified) return has.hasLegacy ? 'hybrid' : 'v2';
  return has.hasLegacy ? 'v1' : 'none';
}

function isStandard(point: string): boolean {
  return point === '/sys/fs/cgroup' || point.startsWith('/sys/fs/cgroup/');
}

interface Mount {
  readonly point: string;
  readonly type: string;
  /** Options of the super block: for a v1 hierarchy these name its controllers. */
  readonly options: readonly string[];
}

function parseMountinfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [before, after] = line.split(' - ');
    const point = before?.split(' ')[4];
    const [type, , options] = after?.split(' ') ?? [];
    if (point === undefined || type === undefined) continue;
    mounts.push({ point: unescape(point), type, options: options?.split(',') ?? [] });
  }
  return mounts;
}

/** The kernel writes blanks and backslashes in paths as three octal digits. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}
