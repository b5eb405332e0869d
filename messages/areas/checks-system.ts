import { phrase, text } from '../message.ts';

/** What the checks of the group `system` say. */
export const checkSystemMessages = {
  rootTitle: text('Rights', '权限'),
  rootWanted: text(
    'user id "0" with the capabilities to make namespaces, mounts and device nodes',
    '用户 ID "0"，并具备创建命名空间、挂载和设备节点的能力',
  ),
  rootWhy: text(
    'Namespaces, mounts and cgroups of a container are made by root.',
    '容器的命名空间、挂载和 cgroup 都由 root 创建。',
  ),
  rootUser: phrase(
    (p: { uid: number }) => `user id "${p.uid}"`,
    (p) => `用户 ID "${p.uid}"`,
  ),
  rootSudo: text('Run the same command with sudo.', '请用 sudo 运行同一条命令。'),
  rootUnknown: text(
    'user id "0"; /proc/self/status does not tell its capabilities',
    '用户 ID "0"；/proc/self/status 没有给出其能力',
  ),
  rootMountProc: text(
    'Mount /proc, so that berth can see what it may do.',
    '请挂载 /proc，以便 berth 了解自己的权限。',
  ),
  rootAll: phrase(
    (p: { count: number }) => `user id "0" with all ${p.count} capabilities needed`,
    (p) => `用户 ID "0"，具备所需的全部 ${p.count} 项能力`,
  ),
  rootWithout: phrase(
    (p: { missing: string }) => `user id "0" without ${p.missing}`,
    (p) => `用户 ID "0"，但缺少 ${p.missing}`,
  ),
  rootGiveBack: text(
    'Run berth outside of the container or service that took these capabilities away, or give them to it.',
    '请在剥夺了这些能力的容器或服务之外运行 berth，或把这些能力授予它。',
  ),

  archTitle: text('Processor', '处理器'),
  archWanted: text(
    '"x86_64" or "aarch64" with a 64-bit user space',
    '"x86_64" 或 "aarch64"，且用户空间为 64 位',
  ),
  archWhy: text(
    'berth emits its own machine code, for x86-64 and AArch64 only.',
    'berth 自行生成机器码，仅支持 x86-64 和 AArch64。',
  ),
  archSeen: phrase(
    (p: { hardware: string; bits: number }) => `"${p.hardware}" with a ${p.bits}-bit user space`,
    (p) => `"${p.hardware}"，用户空间为 ${p.bits} 位`,
  ),
  archOtherMachine: text(
    'Install a 64-bit system on an x86-64 or AArch64 machine.',
    '请在 x86-64 或 AArch64 机器上安装 64 位系统。',
  ),
  arch64Edition: text(
    'Install the 64-bit edition of the system: this processor can run it.',
    '请安装该系统的 64 位版本：此处理器可以运行。',
  ),

  distroTitle: text('Distribution', '发行版'),
  distroWanted: text('a known distribution or a derivative of one', '已知的发行版，或其衍生版'),
  distroWhy: text(
    'Names of packages and services depend on it; without it only generic steps are taken.',
    '软件包和服务的名称取决于发行版；无法识别时只能采取通用步骤。',
  ),
  distroNoFile: text(
    'neither /etc/os-release nor /usr/lib/os-release',
    '没有 /etc/os-release，也没有 /usr/lib/os-release',
  ),
  distroGoOn: text(
    'Go on: berth takes generic steps, and names packages that you have to install.',
    '可以继续：berth 会采取通用步骤，并列出需要您安装的软件包。',
  ),
  distroUnknown: phrase(
    (p: { name: string; id: string }) => `"${p.name}" (ID "${p.id}"), which berth does not know`,
    (p) => `"${p.name}"（ID "${p.id}"），berth 不认识`,
  ),
  distroKnown: phrase(
    (p: { name: string }) => `"${p.name}"`,
    (p) => `发行版"${p.name}"`,
  ),
  distroDerived: phrase(
    (p: { name: string; parent: string }) => `"${p.name}", a derivative of "${p.parent}"`,
    (p) => `"${p.name}"，衍生自"${p.parent}"`,
  ),

  resourcesTitle: text('Memory and processors', '内存与处理器'),
  resourcesWanted: text('512 MB of memory or more', '至少 512 MB 内存'),
  resourcesWhy: text(
    'With less the kernel ends the engine, or a container, as soon as an image is unpacked.',
    '内存更少时，解包镜像就可能导致内核终止引擎或容器。',
  ),
  resourcesSeen: phrase(
    (p: { memory: string; cpus: number; swap: string }) =>
      `${p.memory} of memory, ${p.cpus} ${p.cpus === 1 ? 'processor' : 'processors'}, ${p.swap} of swap`,
    (p) => `内存 ${p.memory}，处理器 ${p.cpus} 个，交换空间 ${p.swap}`,
  ),
  resourcesUnknown: text('no /proc/meminfo', '没有 /proc/meminfo'),
  resourcesMore: text(
    'Go on with small containers only; better give this host more memory, or some swap.',
    '可以继续，但只适合小容器；最好为本机增加内存或交换空间。',
  ),

  timeTitle: text('Clock', '系统时钟'),
  timeWanted: text('the right time, to within 5 minutes', '时间误差不超过 5 分钟'),
  timeWhy: text(
    'With a wrong clock certificates count as expired or not yet valid, and tokens of registries are refused.',
    '时钟不准时，证书会被视为过期或尚未生效，镜像仓库的令牌也会被拒绝。',
  ),
  timeAgrees: phrase(
    (p: { seconds: number; source: string }) => `within ${p.seconds} s of the time at ${p.source}`,
    (p) => `与 ${p.source} 的时间相差不到 ${p.seconds} 秒`,
  ),
  timeBehind: phrase(
    (p: { span: string; source: string }) => `${p.span} behind the time at ${p.source}`,
    (p) => `比 ${p.source} 的时间慢 ${p.span}`,
  ),
  timeAhead: phrase(
    (p: { span: string; source: string }) => `${p.span} ahead of the time at ${p.source}`,
    (p) => `比 ${p.source} 的时间快 ${p.span}`,
  ),
  timeBeforeRelease: phrase(
    (p: { now: string; release: string }) =>
      `"${p.now}", which is before this berth was made ("${p.release}")`,
    (p) => `"${p.now}"，早于此版 berth 的制作日期（"${p.release}"）`,
  ),
  timeSynchronised: phrase(
    (p: { by: string }) => `kept in step, says ${p.by}`,
    (p) => `${p.by} 显示时钟已同步`,
  ),
  timeUnknown: text(
    'no server and no time service tells the right time',
    '没有服务器或时间服务能给出正确时间',
  ),
  timeUnknownRemedy: text(
    'Compare "date -u" with a watch, and have a time service (chrony, systemd-timesyncd) keep it.',
    '请将 "date -u" 与可靠的时间来源核对，并启用时间服务（chrony、systemd-timesyncd）来校准。',
  ),
  timeEnable: phrase(
    (p: { service: string }) =>
      `Have "${p.service}" keep the clock: run "berth check --fix". To set it at once: date -u -s TIME.`,
    (p) => `用"${p.service}"校准时钟：运行 "berth check --fix"。要立即设置：date -u -s 时间。`,
  ),
  timeSet: phrase(
    (p: { now: string }) =>
      `Set it: date -u -s "${p.now}"; then have a time service (chrony, systemd-timesyncd) keep it.`,
    (p) =>
      `请设置时钟：date -u -s "${p.now}"；然后用时间服务（chrony、systemd-timesyncd）保持校准。`,
  ),
  seconds: phrase(
    (p: { count: number }) => `${p.count} s`,
    (p) => `${p.count} 秒`,
  ),
  minutes: phrase(
    (p: { count: number }) => `${p.count} minutes`,
    (p) => `${p.count} 分钟`,
  ),
  hours: phrase(
    (p: { count: number }) => `${p.count} hours`,
    (p) => `${p.count} 小时`,
  ),
  days: phrase(
    (p: { count: number }) => `${p.count} days`,
    (p) => `${p.count} 天`,
  ),

  hostnameTitle: text('Host name', '主机名'),
  hostnameWanted: text(
    'a valid name of its own, which the host can resolve',
    '有效且独有的主机名，并且本机能够解析',
  ),
  hostnameWhy: text(
    'Programs look up their own host; where that fails, sudo and others wait for seconds each time.',
    '程序会查询本机主机名；查询失败时，sudo 等程序每次都要等待数秒。',
  ),
  hostnameGood: phrase(
    (p: { name: string; address: string }) => `"${p.name}" is "${p.address}"`,
    (p) => `"${p.name}"解析为"${p.address}"`,
  ),
  hostnameInvalid: phrase(
    (p: { name: string }) => `"${p.name}" is not a valid host name`,
    (p) => `"${p.name}"不是有效的主机名`,
  ),
  hostnameInvalidRemedy: text(
    'Give it a name of letters, digits and hyphens: hostnamectl set-hostname NAME, or /etc/hostname.',
    '请使用由字母、数字和连字符组成的名称：hostnamectl set-hostname 名称，或写入 /etc/hostname。',
  ),
  hostnameDefault: phrase(
    (p: { name: string }) => `"${p.name}", which many hosts are called`,
    (p) => `"${p.name}"，许多主机都叫这个名字`,
  ),
  hostnameDefaultRemedy: text(
    'Go on; for several hosts give each a name of its own: hostnamectl set-hostname NAME.',
    '可以继续；若有多台主机，请为每台取不同的名称：hostnamectl set-hostname 名称。',
  ),
  hostnameUnresolved: phrase(
    (p: { name: string }) => `"${p.name}" does not resolve on this host`,
    (p) => `本机无法解析"${p.name}"`,
  ),
  hostnameUnresolvedRemedy: phrase(
    (p: { name: string }) => `Add a line to /etc/hosts: 127.0.1.1 ${p.name}`,
    (p) => `请在 /etc/hosts 中加一行：127.0.1.1 ${p.name}`,
  ),

  machineIdTitle: text('Machine id', '机器 ID'),
  machineIdWanted: text(
    '32 hexadecimal digits in /etc/machine-id, not all alike',
    '/etc/machine-id 中为 32 位十六进制数，且不全相同',
  ),
  machineIdWhy: text(
    'DHCP leases, logs and cluster members are told apart by it; images for cloning must come without one.',
    'DHCP 租约、日志和集群成员靠它区分；用于克隆的系统镜像不应带有它。',
  ),
  machineIdGood: text('valid', '有效'),
  machineIdNone: text(
    'no /etc/machine-id, and nothing here that asks for one',
    '没有 /etc/machine-id，本机也没有程序需要它',
  ),
  machineIdMissing: text('no /etc/machine-id', '没有 /etc/machine-id'),
  machineIdInvalid: phrase(
    (p: { content: string }) => `"${p.content}" in /etc/machine-id`,
    (p) => `/etc/machine-id 中为"${p.content}"`,
  ),
  machineIdDiffers: text(
    '/etc/machine-id and /var/lib/dbus/machine-id differ',
    '/etc/machine-id 与 /var/lib/dbus/machine-id 不一致',
  ),
  machineIdRemedy: text(
    'Make one: remove the file, then run systemd-machine-id-setup (or dbus-uuidgen --ensure=/etc/machine-id).',
    '请重新生成：删除该文件，再运行 systemd-machine-id-setup（或 dbus-uuidgen --ensure=/etc/machine-id）。',
  ),
};
