import { phrase, text } from '../message.ts';

/** What the runner of the checks says, and what several checks say. */
export const checkMessages = {
  notRoot: phrase(
    (p: { uid: number }) => `not probed: user id "${p.uid}" is not root`,
    (p) => `未探测：用户 ID "${p.uid}" 不是 root`,
  ),
  probeEnded: phrase(
    (p: { code: string; message: string }) => `the probe ended with ${p.code}: ${p.message}`,
    (p) => `探测以 ${p.code} 结束：${p.message}`,
  ),
  probeEndedRemedy: phrase(
    (p: { id: string }) =>
      `If you know why, go on with --skip ${p.id}=REASON; else report it as a defect of berth.`,
    (p) => `如果知道原因，可用 --skip ${p.id}=原因 继续；否则请将其作为 berth 的缺陷上报。`,
  ),
  timeout: phrase(
    (p: { id: string; timeoutMs: number }) =>
      `the probe of "${p.id}" gave no answer in "${p.timeoutMs}" ms`,
    (p) => `对"${p.id}"的探测在 "${p.timeoutMs}" 毫秒内没有结果`,
  ),
  timeoutRemedy: phrase(
    (p: { id: string }) =>
      `Look for what hangs (a dead network file system, a stuck device); to go on without this check: --skip ${p.id}=REASON.`,
    (p) =>
      `请查找卡住的原因（失联的网络文件系统、无响应的设备）；若要跳过此项继续：--skip ${p.id}=原因。`,
  ),
  unknownCheck: phrase(
    (p: { id: string; known: string }) => `there is no check "${p.id}"; wanted one of ${p.known}`,
    (p) => `没有名为"${p.id}"的检查；应为 ${p.known} 之一`,
  ),
  takeFromList: text('Take a name from the list.', '请从列表中选一个名称。'),
  didYouMean: phrase(
    (p: { near: string }) => `Did you mean "${p.near}"?`,
    (p) => `是否想输入"${p.near}"？`,
  ),
  skipWithoutReason: phrase(
    (p: { id: string }) =>
      `check "${p.id}" is to be skipped without a reason; wanted --skip ${p.id}=REASON`,
    (p) => `要跳过检查"${p.id}"却没有给出原因；应为 --skip ${p.id}=原因`,
  ),
  sayWhy: text(
    'Say why it may be skipped: the reason is shown in the result.',
    '请说明为何可以跳过：原因会显示在结果中。',
  ),
  onlyAndSkip: phrase(
    (p: { id: string }) => `check "${p.id}" is named by --only and by --skip; wanted one of them`,
    (p) => `检查"${p.id}"同时出现在 --only 和 --skip 中；只能用其中之一`,
  ),
  leaveOutOne: text('Leave out --only or --skip for it.', '请去掉它的 --only 或 --skip。'),
  outsideContainer: text(
    'Run berth outside of the container or service that forbids it.',
    '请在禁止此操作的容器或服务之外运行 berth。',
  ),
  loadModules: phrase(
    (p: { modules: string }) =>
      `Load the module ${p.modules} at every boot: run "berth check --fix".`,
    (p) => `让模块 ${p.modules} 在每次开机时加载：运行 "berth check --fix"。`,
  ),
  bootKernelWith: phrase(
    (p: { options: string }) => `Boot a kernel with ${p.options}.`,
    (p) => `请改用启用了 ${p.options} 的内核。`,
  ),
  noKernelConfig: phrase(
    (p: { options: string }) =>
      `no kernel configuration is readable that would tell about ${p.options}`,
    (p) => `没有可读的内核配置来说明 ${p.options}`,
  ),
  optionNotSet: phrase(
    (p: { option: string }) => `${p.option} is not set`,
    (p) => `${p.option} 未设置`,
  ),
  settingsIn: phrase(
    (p: { settings: string; path: string }) => `${p.settings} in "${p.path}"`,
    (p) => `${p.settings}（见"${p.path}"）`,
  ),
  moduleFileMissing: phrase(
    (p: { modules: string; release: string }) =>
      `modprobe finds no file for ${p.modules} of the running kernel "${p.release}"`,
    (p) => `modprobe 找不到当前内核"${p.release}"的 ${p.modules} 文件`,
  ),
  rebootOrInstallModules: phrase(
    (p: { modules: string; release: string }) =>
      `${p.modules} was built as a module, but its file is not here: boot the kernel that was installed last, or install the modules of "${p.release}".`,
    (p) =>
      `${p.modules} 被编译为模块，但文件不在本机：请重启进入最近安装的内核，或安装"${p.release}"的模块包。`,
  ),
  httpNotFound: text('its name does not resolve', '域名无法解析'),
  httpRefused: text('it refuses connections', '拒绝连接'),
  httpSilent: text('it does not answer', '没有应答'),
  httpNoWay: text('there is no route to it', '没有到达它的路由'),
  httpCertificate: phrase(
    (p: { code: string }) => `its certificate is not accepted (${p.code})`,
    (p) => `证书不被接受（${p.code}）`,
  ),
  httpOther: phrase(
    (p: { code: string }) => `error ${p.code}`,
    (p) => `错误 ${p.code}`,
  ),
};
