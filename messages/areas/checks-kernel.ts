import { phrase, text } from '../message.ts';

/** What the checks of the group `kernel` say. */
export const checkKernelMessages = {
  versionTitle: text('Kernel version', '内核版本'),
  versionWanted: text('Linux 3.10 or newer', 'Linux 3.10 或更高版本'),
  versionWhy: text(
    'Older kernels lack user namespaces and parts of cgroups, and crash with many containers.',
    '更旧的内核缺少用户命名空间和部分 cgroup 功能，容器多时会崩溃。',
  ),
  versionSeen: phrase(
    (p: { release: string }) => `Linux "${p.release}"`,
    (p) => `内核 Linux "${p.release}"`,
  ),
  versionOdd: phrase(
    (p: { release: string }) => `release "${p.release}"`,
    (p) => `内核版本字符串为"${p.release}"`,
  ),
  versionOddRemedy: text(
    'Boot a Linux kernel whose release begins with its version.',
    '请启动版本字符串以版本号开头的 Linux 内核。',
  ),
  versionUpgrade: text(
    'Upgrade to a newer release of the distribution, or install its newer kernel.',
    '请升级到更新的发行版，或安装其更新的内核。',
  ),

  kconfigTitle: text('Kernel configuration', '内核配置'),
  kconfigWanted: text('a readable configuration of the running kernel', '能读到当前内核的配置'),
  kconfigWhy: text(
    'When a probe fails, it tells whether a module has to be loaded or another kernel booted.',
    '探测失败时，据此判断应加载模块还是更换内核。',
  ),
  kconfigSeen: phrase(
    (p: { path: string }) => `"${p.path}"`,
    (p) => `位于"${p.path}"`,
  ),
  kconfigNone: text(
    'none, neither in /proc/config.gz nor in /boot or /usr/lib/modules',
    '没有：/proc/config.gz、/boot 和 /usr/lib/modules 中都找不到',
  ),
  kconfigGoOn: text(
    'Go on: probes do not need it. To see more when one fails: modprobe configs.',
    '可以继续：探测并不需要它。若想在失败时了解更多：modprobe configs。',
  ),
  kconfigUnreadable: phrase(
    (p: { path: string }) => `"${p.path}" cannot be read`,
    (p) => `无法读取"${p.path}"`,
  ),

  namespacesTitle: text('Namespaces', '命名空间'),
  namespacesWanted: phrase(
    (p: { kinds: string }) => `${p.kinds} namespaces can be made`,
    (p) => `可以创建 ${p.kinds} 命名空间`,
  ),
  namespacesWhy: text(
    'They are what keeps a container apart from the host; user namespaces only where asked for.',
    '容器靠它们与主机隔离；用户命名空间仅在要求时使用。',
  ),
  namespacesAll: phrase(
    (p: { kinds: string }) => `each can be made: ${p.kinds}`,
    (p) => `都可以创建：${p.kinds}`,
  ),
  namespacesRefused: phrase(
    (p: { kinds: string }) => `cannot be made: ${p.kinds}`,
    (p) => `无法创建：${p.kinds}`,
  ),
  namespacesRaise: text(
    'Raise the number of namespaces from 0: run "berth check --fix".',
    '命名空间数量上限为 0，请提高：运行 "berth check --fix"。',
  ),
  namespacesKernel: text(
    'Boot a kernel that has these namespaces.',
    '请启动支持这些命名空间的内核。',
  ),
  namespacesSettings: text(
    'Raise the user.max_*_namespaces settings in /etc/sysctl.d/.',
    '请在 /etc/sysctl.d/ 中提高 user.max_*_namespaces。',
  ),
  namespacesUserOnly: text(
    'Go on without user namespaces; for them look at kernel.unprivileged_userns_clone, AppArmor and whether berth runs in a chroot.',
    '可以不用用户命名空间继续；如需使用，请检查 kernel.unprivileged_userns_clone、AppArmor，以及 berth 是否运行在 chroot 中。',
  ),

  seccompTitle: text('System call filter', '系统调用过滤'),
  seccompWanted: text(
    'a seccomp filter can be set and refuses a call',
    '可以设置 seccomp 过滤器并能拒绝调用',
  ),
  seccompWhy: text(
    'It keeps containers from system calls that they do not need: most kernel holes are behind those.',
    '它阻止容器使用不需要的系统调用：多数内核漏洞都藏在其后。',
  ),
  seccompWorks: text('a filter refused a call', '过滤器成功拒绝了调用'),
  seccompGoOn: text(
    'Go on: containers then need --security-opt seccomp=unconfined. For the filter boot a kernel with CONFIG_SECCOMP_FILTER.',
    '可以继续：容器需使用 --security-opt seccomp=unconfined。若要过滤，请改用启用了 CONFIG_SECCOMP_FILTER 的内核。',
  ),

  limitsTitle: text('Limits', '资源上限'),
  limitsWanted: phrase(
    (p: { files: number }) =>
      `roomy kernel limits, ${p.files} open files, and CAP_SYS_RESOURCE to raise limits`,
    (p) => `宽裕的内核上限、可打开 ${p.files} 个文件，并有 CAP_SYS_RESOURCE 以提高上限`,
  ),
  limitsWhy: text(
    'When one runs out containers fail in ways that do not name it.',
    '一旦耗尽，容器会出错，而报错信息往往看不出原因。',
  ),
  limitsRoomy: text('roomy', '宽裕'),
  limitsKeys: text('a key ring for each container', '每个容器一个密钥环'),
  limitsProcesses: text('processes', '进程'),
  limitsWatchers: text('programs that watch files', '监视文件的程序'),
  limitsWatches: text('watched files', '被监视的文件'),
  limitsOpenFiles: phrase(
    (p: { count: number }) => `at most "${p.count}" open files`,
    (p) => `最多打开 "${p.count}" 个文件`,
  ),
  limitsNoResource: text('no CAP_SYS_RESOURCE', '没有 CAP_SYS_RESOURCE'),
  limitsRaise: text(
    'Raise the kernel settings: run "berth check --fix".',
    '请提高内核设置：运行 "berth check --fix"。',
  ),
  limitsRaiseFiles: text(
    'Raise "nofile" (LimitNOFILE= of the service, or /etc/security/limits.conf).',
    '请提高 "nofile"（服务的 LimitNOFILE=，或 /etc/security/limits.conf）。',
  ),
  limitsGoOn: text(
    'Go on: a container cannot be given higher limits (ulimits, a lower oom_score_adj) than berth has itself.',
    '可以继续：但容器的上限（ulimit、更低的 oom_score_adj）不能超过 berth 自身。',
  ),

  ipcTitle: text('Message queues and key rings', '消息队列与密钥环'),
  ipcWanted: text(
    'POSIX message queues can be mounted, and a session key ring made',
    '可以挂载 POSIX 消息队列，并创建会话密钥环',
  ),
  ipcWhy: text(
    "Each container gets its own /dev/mqueue, and a key ring apart from the host's.",
    '每个容器都有自己的 /dev/mqueue，以及与主机分开的密钥环。',
  ),
  ipcBoth: text('both work', '两者均可用'),
  ipcGoOn: phrase(
    (p: { options: string }) =>
      `Go on: containers run without them. For them boot a kernel with ${p.options}.`,
    (p) => `可以继续：容器没有它们也能运行。如需使用，请改用启用了 ${p.options} 的内核。`,
  ),

  lsmTitle: text('SELinux and AppArmor', 'SELinux 与 AppArmor'),
  lsmWanted: text(
    'where one of them is on, what containers need of it is installed',
    '如启用其中之一，容器所需的相应组件应已安装',
  ),
  lsmWhy: text(
    'SELinux without rules for containers refuses them their files; AppArmor without its parser cannot confine them.',
    '没有容器策略的 SELinux 会拒绝容器访问文件；没有解析器的 AppArmor 无法约束容器。',
  ),
  lsmNone: text('neither is on', '均未启用'),
  lsmSelinux: phrase(
    (p: { mode: string }) => `SELinux is "${p.mode}"`,
    (p) => `SELinux 处于"${p.mode}"模式`,
  ),
  lsmSelinuxPolicy: phrase(
    (p: { mode: string }) => `SELinux is "${p.mode}" with rules for containers`,
    (p) => `SELinux 处于"${p.mode}"模式，已有容器策略`,
  ),
  lsmNoPolicy: text(
    'SELinux is "enforcing" without rules for containers (no type "container_t")',
    'SELinux 处于"enforcing"模式，但没有容器策略（缺少类型 "container_t"）',
  ),
  lsmInstallPolicy: text(
    'Install "container-selinux": run "berth check --fix". SELinux stays on.',
    '请安装 "container-selinux"：运行 "berth check --fix"。SELinux 保持启用。',
  ),
  lsmApparmor: text('AppArmor is on, with its parser', 'AppArmor 已启用，解析器可用'),
  lsmNoParser: text(
    'AppArmor is on, without "apparmor_parser"',
    'AppArmor 已启用，但没有 "apparmor_parser"',
  ),
  lsmInstallParser: text(
    'Install "apparmor": run "berth check --fix". AppArmor stays on.',
    '请安装 "apparmor"：运行 "berth check --fix"。AppArmor 保持启用。',
  ),
};
