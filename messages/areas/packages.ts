import { phrase, text } from '../message.ts';

/** What `scripts/packages` and the step `package` say: package managers, their locks, repositories and keys. */
export const packageMessages = {
  // Keys
  keyNeitherForm: text(
    'this is neither an armoured nor a binary OpenPGP key; wanted a public key',
    '这既不是 ASCII 封装的也不是二进制的 OpenPGP 密钥；需要的是一个公钥',
  ),
  packetInvalid: phrase(
    (p: { offset: number }) =>
      `the OpenPGP packet at byte ${p.offset} does not fit its file; wanted a whole key`,
    (p) => `第 ${p.offset} 字节处的 OpenPGP 数据包与文件不符；需要的是完整的密钥`,
  ),
  keySecret: text(
    'the file holds a secret key; wanted nothing but public keys',
    '文件中含有私钥；只应含有公钥',
  ),
  keyNone: text(
    'the file holds no OpenPGP public key; wanted at least one',
    '文件中没有 OpenPGP 公钥；至少应有一个',
  ),
  keyShort: phrase(
    (p: { size: number }) => `a public key has ${p.size} bytes; wanted a whole one`,
    (p) => `公钥只有 ${p.size} 字节；需要的是完整的公钥`,
  ),
  keyVersion: phrase(
    (p: { version: number }) =>
      `a public key has version ${p.version}; wanted one of the versions 4, 5 and 6`,
    (p) => `公钥的版本是 ${p.version}；应为版本 4、5 或 6`,
  ),
  keyInvalidRemedy: text(
    'Fetch the key again: what came may be an error page of a server or proxy, or was cut short.',
    '请重新下载密钥：收到的可能是服务器或代理的错误页面，或者下载不完整。',
  ),
  keyMismatch: phrase(
    (p: { source: string; seen: string; wanted: string }) =>
      `the key from "${p.source}" has the fingerprint "${p.seen}"; wanted "${p.wanted}"`,
    (p) => `来自"${p.source}"的密钥指纹是"${p.seen}"；应为"${p.wanted}"`,
  ),
  keyMismatchRemedy: text(
    'Do not install from there: use another mirror, and tell its operator.',
    '请不要从那里安装：改用其他镜像站，并告知其运营方。',
  ),

  // Locks
  lockHeld: phrase(
    (p: { path: string; pid: number; command: string; seconds: number }) =>
      `the package manager is locked by process ${p.pid} ("${p.command}") through "${p.path}", and still was after ${p.seconds} s; wanted it free`,
    (p) =>
      `软件包管理器被进程 ${p.pid}（"${p.command}"）通过"${p.path}"锁定，等待 ${p.seconds} 秒后仍未释放`,
  ),
  lockHeldRemedy: phrase(
    (p: { pid: number }) =>
      `Let process ${p.pid} come to its end, or end it yourself when it hangs, then run the command again.`,
    (p) => `请等待进程 ${p.pid} 结束；如果它已挂起，请自行结束它，然后重新运行该命令。`,
  ),
  lockLeft: phrase(
    (p: { path: string }) =>
      `"${p.path}" locks the package manager and no process has it open; wanted it free`,
    (p) => `"${p.path}"锁定了软件包管理器，但没有任何进程打开它`,
  ),
  lockLeftRemedy: phrase(
    (p: { path: string }) =>
      `It was left behind by a package manager that was killed. When none runs, remove it: rm ${p.path}`,
    (p) =>
      `它是被强制终止的软件包管理器遗留下来的。确认没有软件包管理器在运行后将其删除：rm ${p.path}`,
  ),
  lockWaiting: phrase(
    (p: { pid: number; command: string; seconds: number }) =>
      `waiting for process ${p.pid} (${p.command}), which has locked the package manager (${p.seconds} s)`,
    (p) => `正在等待进程 ${p.pid}（${p.command}），它锁定了软件包管理器（已等待 ${p.seconds} 秒）`,
  ),
  lockWaitingLeft: phrase(
    (p: { path: string }) => `waiting for "${p.path}", which locks the package manager`,
    (p) => `正在等待"${p.path}"，它锁定了软件包管理器`,
  ),

  // Package managers
  managerUnsupported: phrase(
    (p: { wanted: string; known: string }) =>
      `the packages "${p.wanted}" are needed and none of "${p.known}" is on this host`,
    (p) => `需要软件包"${p.wanted}"，但本机没有"${p.known}"中的任何一个`,
  ),
  managerUnsupportedRemedy: phrase(
    (p: { wanted: string }) =>
      `Install ${p.wanted} with the host's own package manager, then run "berth up" again.`,
    (p) => `请用本机自己的软件包管理器安装 ${p.wanted}，然后重新运行 "berth up"。`,
  ),
  installWouldRemove: phrase(
    (p: { wanted: string; removed: string }) =>
      `installing "${p.wanted}" would remove "${p.removed}"; wanted nothing to be removed`,
    (p) => `安装"${p.wanted}"会删除"${p.removed}"；不应删除任何软件包`,
  ),
  installWouldRemoveRemedy: text(
    'Decide by hand which of them stays: berth removes no package that it did not install.',
    '请手动决定保留哪一个：berth 不会删除不是由它安装的软件包。',
  ),
  packageUnknown: phrase(
    (p: { names: string }) =>
      `"${p.names}" is still not installed; wanted a repository of this host that has it`,
    (p) => `"${p.names}"仍未安装；本机的软件源中应当有它`,
  ),
  packageUnknownRemedy: text(
    'Look at the name and version, and at the repositories of the host; "berth versions" lists what there is.',
    '请检查名称、版本以及本机的软件源；"berth versions" 会列出可用的版本。',
  ),
  holdUnsupported: phrase(
    (p: { manager: string }) =>
      `${p.manager} has no "versionlock" command on this host; wanted it, to keep packages at their version`,
    (p) => `本机的 ${p.manager} 没有 "versionlock" 命令；需要用它来锁定软件包的版本`,
  ),
  holdUnsupportedRemedy: phrase(
    (p: { plugin: string }) => `Install ${p.plugin}, or leave the versions free.`,
    (p) => `请安装 ${p.plugin}，或者不锁定版本。`,
  ),

  // Repositories
  repositoryWithoutSuite: phrase(
    (p: { id: string }) =>
      `the repository "${p.id}" has no suite or no components; wanted both, because apt needs them`,
    (p) => `软件源"${p.id}"缺少 suite 或 components；apt 需要这两项`,
  ),
  apkKeyWanted: text(
    'the key is not an RSA public key in PEM form; wanted one, because apk knows no other',
    '该密钥不是 PEM 格式的 RSA 公钥；apk 只支持这种密钥',
  ),
  repositoryUnsupportedRemedy: text(
    "Use the distribution's own packages in place of this repository.",
    '请改用发行版自带的软件包，而不是这个软件源。',
  ),

  // The step
  stepInstall: phrase(
    (p: { packages: string }) => `install packages ${p.packages}`,
    (p) => `安装软件包 ${p.packages}`,
  ),
  stepInstallAndHold: phrase(
    (p: { packages: string }) => `install packages ${p.packages} and keep their versions`,
    (p) => `安装软件包 ${p.packages} 并锁定其版本`,
  ),
  stepDiff: phrase(
    (p: { packages: string }) => `not installed -> installed: ${p.packages}`,
    (p) => `未安装 -> 已安装：${p.packages}`,
  ),
  stepKept: phrase(
    (p: { packages: string }) => `packages stay as asked: ${p.packages}`,
    (p) => `按要求保留软件包：${p.packages}`,
  ),
  stepNeeded: phrase(
    (p: { packages: string; by: string }) =>
      `packages ${p.packages} stay: ${p.by} need them by now`,
    (p) => `保留软件包 ${p.packages}：${p.by} 现在需要它们`,
  ),
  stepVersionGone: phrase(
    (p: { packages: string }) =>
      `packages keep their new version, because no repository has the earlier one any more: ${p.packages}`,
    (p) => `软件包保持新版本，因为已没有软件源提供原来的版本：${p.packages}`,
  ),
};
