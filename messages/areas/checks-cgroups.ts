import { phrase, text } from '../message.ts';

/** What the checks of the group `cgroups` say. */
export const checkCgroupMessages = {
  versionTitle: text('Control groups', '控制组（cgroup）'),
  versionWanted: text(
    'cgroup v2, or v1 controllers beside it (hybrid)',
    'cgroup v2，或与 v1 控制器并存（混合模式）',
  ),
  versionWhy: text(
    'Control groups count and limit what a container uses; v1 alone is on its way out.',
    '控制组统计并限制容器的用量；单独的 v1 正在被淘汰。',
  ),
  versionV2: phrase(
    (p: { at: string }) => `cgroup v2 at "${p.at}"`,
    (p) => `cgroup v2 挂载于"${p.at}"`,
  ),
  versionHybrid: phrase(
    (p: { at: string }) => `hybrid: v1 controllers, and v2 at "${p.at}"`,
    (p) => `混合模式：v1 控制器，v2 挂载于"${p.at}"`,
  ),
  versionHybridNote: text(
    'Limits are set through the v1 controllers; v2 alone is what new systems have.',
    '限制通过 v1 控制器设置；新系统只使用 v2。',
  ),
  versionV1: text('cgroup v1 only', '只有 cgroup v1'),
  versionV1Remedy: text(
    'Works. For v2 boot with "systemd.unified_cgroup_hierarchy=1" on the kernel command line (systemd 244 or newer).',
    '可以使用。若要 v2，请在内核命令行加上 "systemd.unified_cgroup_hierarchy=1" 后重启（需 systemd 244 或更高版本）。',
  ),
  versionNone: text('no cgroup file system is mounted', '没有挂载任何 cgroup 文件系统'),
  versionNoneRemedy: text(
    'Mount it: mount -t cgroup2 none /sys/fs/cgroup; on a system without systemd install "cgroupfs-mount".',
    '请挂载：mount -t cgroup2 none /sys/fs/cgroup；没有 systemd 的系统请安装 "cgroupfs-mount"。',
  ),

  controllersTitle: text('Control group controllers', '控制组控制器'),
  controllersWanted: phrase(
    (p: { needed: string }) => `${p.needed}; io if possible`,
    (p) => `${p.needed}；最好还有 io`,
  ),
  controllersWhy: text(
    'Each kind of limit (memory, CPU, number of processes) is a controller of its own.',
    '每种限制（内存、CPU、进程数）都对应一个控制器。',
  ),
  controllersMissing: phrase(
    (p: { missing: string }) => `no controller ${p.missing}`,
    (p) => `缺少控制器 ${p.missing}`,
  ),
  controllersNoIo: phrase(
    (p: { needed: string }) => `${p.needed}, but neither "io" nor "blkio"`,
    (p) => `有 ${p.needed}，但没有 "io" 或 "blkio"`,
  ),
  controllersNoIoRemedy: text(
    'Works without limits on disk traffic; for them boot a kernel with CONFIG_BLK_CGROUP.',
    '可以使用，但无法限制磁盘流量；如需限制，请改用启用了 CONFIG_BLK_CGROUP 的内核。',
  ),
  controllersAll: phrase(
    (p: { names: string }) => `${p.names}, io`,
    (p) => `具备 ${p.names}, io`,
  ),
  controllersEnable: phrase(
    (p: { words: string }) => `Add "${p.words}" to the kernel command line and boot again.`,
    (p) => `请在内核命令行加上 "${p.words}" 后重启。`,
  ),
  controllersNotMounted: text(
    'The kernel has them, but no hierarchy with them is mounted: mount cgroup v2 at /sys/fs/cgroup, or on a system without systemd install "cgroupfs-mount".',
    '内核支持，但没有挂载包含它们的层级：请在 /sys/fs/cgroup 挂载 cgroup v2；没有 systemd 的系统请安装 "cgroupfs-mount"。',
  ),

  freezerTitle: text('Freezer', '冻结器（freezer）'),
  freezerWanted: phrase(
    (p: { file: string }) => `a v1 freezer, or "${p.file}" in a new v2 cgroup`,
    (p) => `v1 freezer，或新建的 v2 cgroup 中有 "${p.file}"`,
  ),
  freezerWhy: text(
    'Pausing a container, and ending all of its processes at once, are done by the freezer.',
    '暂停容器以及同时结束其全部进程都依靠冻结器。',
  ),
  freezerV1: phrase(
    (p: { at: string }) => `v1 freezer at "${p.at}"`,
    (p) => `v1 freezer 挂载于"${p.at}"`,
  ),
  freezerNone: text(
    'neither a v1 freezer nor a v2 hierarchy is mounted',
    '既没有挂载 v1 freezer，也没有挂载 v2 层级',
  ),
  freezerNoneRemedy: text(
    'Mount cgroup v2 at /sys/fs/cgroup (Linux 5.2 or newer), or the v1 freezer.',
    '请在 /sys/fs/cgroup 挂载 cgroup v2（Linux 5.2 或更高版本），或挂载 v1 freezer。',
  ),
  freezerUnwritable: phrase(
    (p: { at: string }) => `Make "${p.at}" writable for berth: it has to make cgroups there.`,
    (p) => `请让 berth 可以写入"${p.at}"：它需要在那里创建 cgroup。`,
  ),
  freezerPresent: phrase(
    (p: { file: string; at: string }) => `"${p.file}" in a new cgroup below "${p.at}"`,
    (p) => `"${p.at}"下新建的 cgroup 中有 "${p.file}"`,
  ),
  freezerAbsent: phrase(
    (p: { file: string; at: string }) => `no "${p.file}" in a new cgroup below "${p.at}"`,
    (p) => `"${p.at}"下新建的 cgroup 中没有 "${p.file}"`,
  ),
  freezerKernel: text(
    'Boot Linux 5.2 or newer, or mount the v1 freezer.',
    '请启动 Linux 5.2 或更高版本，或挂载 v1 freezer。',
  ),

  limitsTitle: text('Kinds of limits', '可用的限制种类'),
  limitsWhy: text(
    'A limit that the kernel cannot set is left out, and the container runs without it.',
    '内核无法设置的限制会被忽略，容器将在没有该限制的情况下运行。',
  ),
  limitsCpu: text('CPU quota', 'CPU 配额'),
  limitsCpuRemedy: text(
    'boot a kernel with CONFIG_CFS_BANDWIDTH for --cpus',
    '如需 --cpus，请改用启用了 CONFIG_CFS_BANDWIDTH 的内核',
  ),
  limitsSwap: text('swap accounting', '交换空间统计'),
  limitsSwapRemedy: text(
    'add "swapaccount=1" to the kernel command line for --memory-swap',
    '如需 --memory-swap，请在内核命令行加上 "swapaccount=1"',
  ),
  limitsHuge: text('huge pages', '大页'),
  limitsHugeRemedy: text(
    'boot a kernel with CONFIG_CGROUP_HUGETLB, and mount the controller on cgroup v1',
    '请改用启用了 CONFIG_CGROUP_HUGETLB 的内核，cgroup v1 还需挂载该控制器',
  ),
  limitsDisk: text('disk throttling', '磁盘限速'),
  limitsDiskRemedy: text(
    'boot a kernel with CONFIG_BLK_DEV_THROTTLING for --device-read-bps and the like',
    '如需 --device-read-bps 等选项，请改用启用了 CONFIG_BLK_DEV_THROTTLING 的内核',
  ),
  limitsWithout: phrase(
    (p: { names: string }) => `without ${p.names}`,
    (p) => `缺少 ${p.names}`,
  ),
  limitsGoOn: phrase(
    (p: { remedies: string }) => `Go on without; or ${p.remedies}.`,
    (p) => `可以不用它们继续；或者：${p.remedies}。`,
  ),
  limitsAll: text('all of them', '全部具备'),
  limitsNoneMissing: text('none is missing', '没有缺失'),
  limitsUnknown: phrase(
    (p: { names: string }) =>
      `${p.names}: seen once berth has handed its controller down to a cgroup.`,
    (p) => `${p.names}：berth 将控制器委派给 cgroup 后才能看到。`,
  ),
};
