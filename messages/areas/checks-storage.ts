import { phrase, text } from '../message.ts';

/** What the checks of the group `storage` say. */
export const checkStorageMessages = {
  overlayTitle: text('Overlay file system', '叠加文件系统（overlay）'),
  overlayWanted: text(
    'an overlay mount with working whiteouts and opaque folders on the file system of the data root',
    '数据目录所在文件系统上可以挂载 overlay，且 whiteout 与 opaque 目录正常工作',
  ),
  overlayWhy: text(
    "A container's root file system is an overlay of its image's layers.",
    '容器的根文件系统由镜像各层叠加而成。',
  ),
  overlayWorks: phrase(
    (p: { path: string }) => `works at "${p.path}"`,
    (p) => `在"${p.path}"可用`,
  ),
  noFolder: phrase(
    (p: { path: string; errno: string }) => `no folder can be made at "${p.path}": ${p.errno}`,
    (p) => `无法在"${p.path}"创建目录：${p.errno}`,
  ),
  atPath: phrase(
    (p: { path: string; message: string }) => `at "${p.path}": ${p.message}`,
    (p) => `在"${p.path}"：${p.message}`,
  ),
  remountWritable: text(
    'Mount it for writing, or choose another place with the key "data-root" of /etc/berth/daemon.json.',
    '请以可写方式挂载，或用 /etc/berth/daemon.json 的 "data-root" 选择其他位置。',
  ),
  makeWritable: text(
    'Make it writable for root, or choose another place with the key "data-root" of /etc/berth/daemon.json.',
    '请让 root 可以写入，或用 /etc/berth/daemon.json 的 "data-root" 选择其他位置。',
  ),
  freeSpaceThere: text(
    'Free some space or inodes there, or choose another place with the key "data-root" of /etc/berth/daemon.json.',
    '请在那里释放一些空间或 inode，或用 /etc/berth/daemon.json 的 "data-root" 选择其他位置。',
  ),
  raiseQuota: text(
    'Raise root\'s quota there, or choose another place with the key "data-root" of /etc/berth/daemon.json.',
    '请提高 root 在那里的配额，或用 /etc/berth/daemon.json 的 "data-root" 选择其他位置。',
  ),
  outsideMounts: text(
    'Run berth outside of the container or service that forbids mounts.',
    '请在禁止挂载的容器或服务之外运行 berth。',
  ),
  otherFileSystem: text(
    'Put the data root on another file system (ext4; xfs with ftype=1; btrfs), with the key "data-root" of /etc/berth/daemon.json.',
    '请用 /etc/berth/daemon.json 的 "data-root" 把数据目录放到其他文件系统上（ext4；ftype=1 的 xfs；btrfs）。',
  ),

  dtypeTitle: text('Types in folder entries', '目录项的文件类型'),
  dtypeWanted: text(
    'readdir tells the type of each entry (d_type) on the file system of the data root',
    '数据目录所在文件系统的 readdir 会给出每一项的类型（d_type）',
  ),
  dtypeWhy: text(
    'overlayfs finds whiteouts by it; without it removed files come back.',
    'overlayfs 靠它识别 whiteout；没有它，已删除的文件会重新出现。',
  ),
  dtypeGood: phrase(
    (p: { path: string }) => `told at "${p.path}"`,
    (p) => `在"${p.path}"有类型信息`,
  ),
  dtypeNone: phrase(
    (p: { path: string }) => `not told at "${p.path}"`,
    (p) => `在"${p.path}"没有类型信息`,
  ),
  dtypeRemedy: text(
    'Put the data root on another file system, or make this one anew with types: mkfs.xfs -n ftype=1.',
    '请把数据目录放到其他文件系统，或重新格式化以带上类型：mkfs.xfs -n ftype=1。',
  ),

  spaceTitle: text('Disk space', '磁盘空间'),
  spaceWanted: text(
    '2 GiB and 100000 inodes free on the file system of the data root',
    '数据目录所在文件系统有 2 GiB 空间和 100000 个 inode 可用',
  ),
  spaceWhy: text(
    'Images and containers are kept there; a full disk stops pulls and breaks containers.',
    '镜像和容器都存放在那里；磁盘写满会中断拉取并损坏容器。',
  ),
  spaceFree: phrase(
    (p: { gibibytes: string; path: string }) => `${p.gibibytes} GiB free at "${p.path}"`,
    (p) => `"${p.path}"可用 ${p.gibibytes} GiB`,
  ),
  spaceFreeInodes: phrase(
    (p: { gibibytes: string; inodes: number; path: string }) =>
      `${p.gibibytes} GiB and ${p.inodes} inodes free at "${p.path}"`,
    (p) => `"${p.path}"可用 ${p.gibibytes} GiB 和 ${p.inodes} 个 inode`,
  ),
  spaceRemedy: text(
    'Free some space, or choose another place with the key "data-root" of /etc/berth/daemon.json.',
    '请释放一些空间，或用 /etc/berth/daemon.json 的 "data-root" 选择其他位置。',
  ),
};
