import { phrase, text } from '../message.ts';

/** Titles of the parts of a report, and what its collectors notice. */
export const reportFindingMessages = {
  titleSystem: text('System', '系统'),
  titleChecks: text('Host checks', '主机检查'),
  titleCgroups: text('Control groups', '控制组'),
  titleMounts: text('Mounts', '挂载'),
  titleNetwork: text('Network', '网络'),
  titleEngine: text('Engine', '引擎'),
  titleEngineLog: text("Engine's log", '引擎日志'),
  titleContainers: text('Containers', '容器'),
  titleJournal: text('What berth changed on this host', 'berth 对主机的更改'),
  titleMirrors: text('Mirrors', '镜像源'),
  titleDisk: text('Disks', '磁盘'),
  titleKernel: text('Kernel messages', '内核消息'),
  titleProcesses: text('Processes', '进程'),

  engineTitle: text('The engine answers', '引擎应答'),
  engineWanted: text('an answer to GET /_ping', '对 GET /_ping 的应答'),
  engineWhy: text(
    'Without it no container can be started or looked at; running containers go on.',
    '没有它就无法启动或查看容器；正在运行的容器不受影响。',
  ),
  engineMissing: phrase(
    (p: { path: string }) => `there is no socket at "${p.path}"`,
    (p) => `"${p.path}"处没有套接字`,
  ),
  engineAbandoned: phrase(
    (p: { path: string }) => `nobody listens on "${p.path}"`,
    (p) => `没有程序在"${p.path}"上监听`,
  ),
  engineForbidden: phrase(
    (p: { path: string }) => `this user may not use "${p.path}"`,
    (p) => `当前用户无权使用"${p.path}"`,
  ),
  engineHangs: phrase(
    (p: { path: string; seconds: string }) =>
      `"${p.path}" takes the connection and says nothing for ${p.seconds} s`,
    (p) => `"${p.path}"接受了连接，但 ${p.seconds} 秒内没有应答`,
  ),
  engineInvalid: phrase(
    (p: { path: string; why: string }) => `"${p.path}" does not answer as an engine: ${p.why}`,
    (p) => `"${p.path}"的应答不像引擎：${p.why}`,
  ),
  engineMissingRemedy: text(
    'Set the host up with "berth up", or start the engine: berth daemon start',
    '用 "berth up" 配置主机，或启动引擎：berth daemon start',
  ),
  engineAbandonedRemedy: text(
    'Start it with "berth daemon start", and see why it ended in the engine\'s log.',
    '用 "berth daemon start" 启动它，并在引擎日志中查看它结束的原因。',
  ),
  engineForbiddenRemedy: text(
    'Run this as root, or as a member of the group that the socket belongs to.',
    '请以 root 身份运行，或以套接字所属组的成员身份运行。',
  ),
  engineHangsRemedy: text(
    "Look at the engine's log for what it waits for, then: berth daemon restart (containers run on)",
    '在引擎日志中查看它在等待什么，然后执行：berth daemon restart（容器会继续运行）',
  ),
  engineInvalidRemedy: text(
    'Look who listens there (network/sockets.txt) and free the path.',
    '查看是谁在那里监听（network/sockets.txt），并释放该路径。',
  ),

  interruptedTitle: text('Provisioning is at an end', '配置已完成'),
  interrupted: phrase(
    (p: { at: string }) => `the run that began at ${p.at} was cut short`,
    (p) => `${p.at} 开始的运行中途中断`,
  ),
  interruptedRemedy: text(
    'Run "berth up" to finish it, or "berth down" to undo it.',
    '执行 "berth up" 以完成，或执行 "berth down" 以撤销。',
  ),
  journalCorrupt: phrase(
    (p: { why: string }) => `the journal cannot be read: ${p.why}`,
    (p) => `无法读取操作日志：${p.why}`,
  ),
  journalCorruptRemedy: text(
    'Keep a copy of /var/lib/berth/provision and report it.',
    '请保留 /var/lib/berth/provision 的副本并报告此问题。',
  ),

  checksTitle: text('Host checks run', '主机检查能够运行'),
  checksEngineSilent: text('the engine does not answer', '引擎没有应答'),
  checksFailed: phrase(
    (p: { why: string }) => `"berth check" gave no result: ${p.why}`,
    (p) => `"berth check" 没有给出结果：${p.why}`,
  ),
  checksFailedRemedy: text('Run "berth check" by hand.', '请手动执行 "berth check"。'),

  restartingTitle: text('Containers stay up', '容器保持运行'),
  restarting: phrase(
    (p: { name: string; count: number; exitCode: number }) =>
      `"${p.name}" was started again ${p.count} times; it ended with status ${p.exitCode} last`,
    (p) => `"${p.name}"已重新启动 ${p.count} 次；最近一次以退出码 ${p.exitCode} 结束`,
  ),
  restartingRemedy: phrase(
    (p: { name: string }) => `See what it said last: berth logs --tail 50 ${p.name}`,
    (p) => `查看它最后的输出：berth logs --tail 50 ${p.name}`,
  ),
  oomTitle: text('Memory suffices', '内存充足'),
  oomContainer: phrase(
    (p: { name: string }) =>
      `"${p.name}" was killed because it needed more memory than it may have`,
    (p) => `"${p.name}"因超出内存限制而被终止`,
  ),
  oomContainerRemedy: text(
    'Give it more with --memory, or look why it needs so much.',
    '用 --memory 分配更多内存，或查明它为何占用这么多。',
  ),
  oomKernel: phrase(
    (p: { count: number; last: string }) =>
      `the kernel killed ${p.count} processes for lack of memory; the last: ${p.last}`,
    (p) => `内核因内存不足终止了 ${p.count} 个进程；最近一次：${p.last}`,
  ),
  oomKernelRemedy: text(
    'Set memory limits for containers, add memory or swap.',
    '为容器设置内存限制，或增加内存、交换空间。',
  ),
  unhealthyTitle: text('Containers are healthy', '容器健康'),
  unhealthy: phrase(
    (p: { name: string }) => `the health check of "${p.name}" fails`,
    (p) => `"${p.name}"的健康检查失败`,
  ),
  unhealthyRemedy: phrase(
    (p: { name: string }) => `See why: berth inspect ${p.name} (State.Health)`,
    (p) => `查看原因：berth inspect ${p.name}（State.Health）`,
  ),

  diskTitle: text('Disks have room', '磁盘有空间'),
  diskFull: phrase(
    (p: { point: string; percent: number }) => `"${p.point}" is ${p.percent} % full`,
    (p) => `"${p.point}"已使用 ${p.percent} %`,
  ),
  inodesFull: phrase(
    (p: { point: string; percent: number }) =>
      `"${p.point}" has ${p.percent} % of its inodes in use`,
    (p) => `"${p.point}"的 inode 已使用 ${p.percent} %`,
  ),
  diskWhy: text(
    'A full disk ends builds and pulls, and containers that write.',
    '磁盘写满会使构建、拉取以及写入数据的容器失败。',
  ),
  diskRemedy: text(
    'Remove images that nobody uses: berth image prune --all; else move data or add a disk.',
    '删除无人使用的镜像：berth image prune --all；或者迁移数据、增加磁盘。',
  ),
  ioTitle: text('Disks work', '磁盘工作正常'),
  ioErrors: phrase(
    (p: { count: number; last: string }) =>
      `the kernel tells of ${p.count} errors of disks or file systems; the last: ${p.last}`,
    (p) => `内核报告了 ${p.count} 个磁盘或文件系统错误；最近一次：${p.last}`,
  ),
  ioRemedy: text(
    'Save the data, then check the disk (smartctl) and the file system (fsck).',
    '先备份数据，再检查磁盘（smartctl）和文件系统（fsck）。',
  ),
  conntrackTitle: text('Connections can be tracked', '连接跟踪正常'),
  conntrackFull: phrase(
    (p: { count: number }) => `packets were dropped ${p.count} times because the table was full`,
    (p) => `因连接跟踪表已满，丢弃数据包 ${p.count} 次`,
  ),
  conntrackRemedy: text(
    'Raise the kernel setting net.netfilter.nf_conntrack_max.',
    '请调大内核参数 net.netfilter.nf_conntrack_max。',
  ),
};
