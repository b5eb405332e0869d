import { BerthError } from '../errors/berth-error.ts';
import {
  isWritable,
  listFolder,
  mkdir,
  orIfMissing,
  readFile,
  readTextIfExists,
  rmdir,
  statfs,
} from '../host/files.ts';
import { inUserNamespace } from '../host/user-namespace.ts';
import { parseHugePageSizes } from './huge-page-sizes.ts';
import { limitsKernelMemory } from './kernel-memory.ts';
import { namedBySystemd } from './cgroup-plan.ts';
import type { CgroupLayout, CgroupV1Layout, CgroupV2Layout, V1Controller } from './layout.ts';
import { parseCgroupMounts } from './mounts.ts';
import type { CgroupMount } from './mounts.ts';

/** statfs(2): CGROUP_SUPER_MAGIC and CGROUP2_SUPER_MAGIC. */
const magic = { cgroup: 0x27e0eb, cgroup2: 0x63677270 } as const;

/** One of these makes a host one of v1. */
const mainControllers: readonly V1Controller[] = [
  ...(['memory', 'cpu', 'cpuacct', 'pids', 'devices', 'freezer', 'cpuset', 'blkio'] as const),
];

/** These do not: programs for private networks mount net_cls beside cgroup v2. */
const sideControllers: readonly V1Controller[] = ['hugetlb', 'net_cls', 'net_prio', 'rdma'];

const hugePagesFolder = '/sys/kernel/mm/hugepages';

/** Whether a mount can be reached: another may have been put over it. */
async function isVisible(mount: CgroupMount): Promise<boolean> {
  const found = await orIfMissing(statfs(mount.folder), undefined);
  return found?.type === magic[mount.type];
}

function v1Mounts(mounts: readonly CgroupMount[]): CgroupV1Layout['mounts'] {
  const v1 = mounts.filter(({ type }) => type === 'cgroup');
  return Object.fromEntries(
    [...mainControllers, ...sideControllers].flatMap((controller) => {
      const mount = v1.find(({ options }) => options.includes(controller));
      return mount === undefined ? [] : [[controller, mount.folder]];
    }),
  );
}

/** The file's first line; empty when there is none. */
async function readLine(file: string): Promise<string> {
  return ((await readTextIfExists(file)) ?? '').trim();
}

/**
 * Whether a cgroup can be made in a folder. What access(2) says is about the real user and not about capabilities: where
 * it says no, one is made for a moment.
 */
async function canMakeFolders(folder: string): Promise<boolean> {
  if (await isWritable(folder)) return true;
  const probe = `${folder}/berth-probe-${process.pid}`;
  try {
    await mkdir(probe);
    await rmdir(probe);
    return true;
  } catch {
    return false;
  }
}

async function readHugePageSizes(): Promise<readonly string[]> {
  return parseHugePageSizes(await orIfMissing(listFolder(hugePagesFolder), []));
}

async function describeV1(
  mounts: CgroupV1Layout['mounts'],
  { unified, systemd }: Pick<CgroupV1Layout, 'unified' | 'systemd'>,
): Promise<CgroupV1Layout> {
  const folders = [...new Set(Object.values(mounts))];
  const files = await Promise.all(folders.map(listFolder));
  const { cpuset = '', cpu = '', memory = '' } = mounts;
  const writable = await Promise.all(folders.map(canMakeFolders));
  const open = new Set(folders.filter((_, index) => writable[index]));
  const isLocked = (controller: V1Controller): boolean => {
    const mount = mounts[controller];
    return mount !== undefined && !open.has(mount);
  };
  const joinsUnified = unified !== undefined && (await canMakeFolders(unified));
  return {
    version: unified === undefined ? 'v1' : 'hybrid',
    mounts,
    ...(joinsUnified ? { unified } : {}),
    ...(systemd !== undefined && (await canMakeFolders(systemd)) ? { systemd } : {}),
    locked: new Set([...mainControllers, ...sideControllers].filter(isLocked)),
    limitsDevices: !inUserNamespace(),
    cpuset: {
      cpus: await readLine(`${cpuset}/cpuset.cpus`),
      mems: await readLine(`${cpuset}/cpuset.mems`),
    },
    realtime: {
      periodUs: Number(await readLine(`${cpu}/cpu.rt_period_us`)),
      runtimeUs: Number(await readLine(`${cpu}/cpu.rt_runtime_us`)),
    },
    memory: {
      hierarchical: (await readLine(`${memory}/memory.use_hierarchy`)) === '1',
      limitsKernel: limitsKernelMemory(await readLine('/proc/sys/kernel/osrelease')),
    },
    files: new Set(files.flat()),
    hugePageSizes: await readHugePageSizes(),
  };
}

async function describeV2(mount: string): Promise<CgroupV2Layout> {
  const controllers = await readLine(`${mount}/cgroup.controllers`);
  return {
    version: 'v2',
    mount,
    isLocked: !(await canMakeFolders(mount)),
    limitsDevices: !inUserNamespace(),
    controllers: new Set(controllers.split(' ').filter(Boolean)),
    hugePageSizes: await readHugePageSizes(),
  };
}

/**
 * Finds out how this host's cgroups are laid out. Call it once and keep the answer, and again when CPUs
 * come or go.
 *
 * @throws CGROUP_UNAVAILABLE no cgroup file system is mounted.
 */
export async function detectCgroups(mountinfoFile = '/proc/self/mountinfo'): Promise<CgroupLayout> {
  const candidates = parseCgroupMounts(await readFile(mountinfoFile, 'utf8'));
  const visible = await Promise.all(candidates.map(isVisible));
  const mounts = candidates.filter((_mount, index) => visible[index]);
  const v1 = v1Mounts(mounts);
  const v2 = mounts.find(({ type }) => type === 'cgroup2');
  const isV1 = mainControllers.some((controller) => v1[controller] !== undefined);
  const systemd = mounts.find(({ options }) => options.includes(namedBySystemd));
  if (isV1) return describeV1(v1, { unified: v2?.folder, systemd: systemd?.folder });
  if (v2 !== undefined) return describeV2(v2.folder);
  throw new BerthError('CGROUP_UNAVAILABLE', {
    message: `'${mountinfoFile}' has no mount of cgroup or cgroup2, wanted one with the memory, cpu and pids controllers`,
    remedy: 'Mount it: mount -t cgroup2 none /sys/fs/cgroup',
  });
}
