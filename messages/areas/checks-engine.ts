import { phrase, text } from '../message.ts';

/** What the checks of the group `engine` say: about berth itself. */
export const checkEngineMessages = {
  libcTitle: text('C library', 'C 运行库'),
  libcWanted: text(
    "berth's own program runs with the libraries it finds",
    'berth 自身的程序能够运行',
  ),
  libcWhy: text(
    'Node.js is linked against glibc; the bundle brings a loader and libraries of its own.',
    'Node.js 依赖 glibc；安装包自带加载器和运行库。',
  ),
  libcRuns: phrase(
    (p: { library: string; version: string }) => `berth "${p.version}" runs, host has ${p.library}`,
    (p) => `berth "${p.version}" 可以运行，主机为 ${p.library}`,
  ),
  libcProven: phrase(
    (p: { library: string }) => `install.sh has just started berth, host has ${p.library}`,
    (p) => `install.sh 刚刚启动过 berth，主机为 ${p.library}`,
  ),
  libcUnknown: text('no C library that berth knows', '未知的 C 运行库'),
  libcRefused: phrase(
    (p: { program: string; exitCode: number; said: string; library: string }) =>
      `"${p.program}" ended with status ${p.exitCode} (${p.said}), host has ${p.library}`,
    (p) => `"${p.program}" 以退出码 ${p.exitCode} 结束（${p.said}），主机为 ${p.library}`,
  ),
  libcRemedy: text(
    'Install the bundle, which brings its own loader and libraries: sh install.sh',
    '请安装安装包，它自带加载器和运行库：sh install.sh',
  ),
  libcSlow: phrase(
    (p: { program: string; seconds: number; library: string }) =>
      `"${p.program}" had not said its version after ${p.seconds} seconds, host has ${p.library}`,
    (p) => `"${p.program}" 在 ${p.seconds} 秒内未能输出版本，主机为 ${p.library}`,
  ),
  libcSlowRemedy: text(
    'See what keeps this host so busy, then try again: berth check --only libc',
    '请查明主机为何如此繁忙，然后重试：berth check --only libc',
  ),

  integrityTitle: text("berth's own files", 'berth 自身的文件'),
  integrityWanted: text(
    'each file of the bundle as its manifest has it',
    '安装包中的每个文件都与清单一致',
  ),
  integrityWhy: text(
    'A file that was cut short or changed makes the engine fail in ways that nobody can explain.',
    '被截断或改动的文件会导致引擎出现难以解释的故障。',
  ),
  integritySource: text(
    'not a bundle: berth runs from its sources',
    '不是安装包：berth 从源代码运行',
  ),
  integrityNoManifest: phrase(
    (p: { path: string }) => `no "${p.path}"`,
    (p) => `没有"${p.path}"`,
  ),
  integrityBadManifest: phrase(
    (p: { path: string }) => `"${p.path}" is not a manifest`,
    (p) => `"${p.path}"不是有效的清单`,
  ),
  integrityGood: phrase(
    (p: { count: number }) => `${p.count} files match`,
    (p) => `${p.count} 个文件全部一致`,
  ),
  integrityProven: text('install.sh has just compared every file', 'install.sh 刚刚核对过所有文件'),
  integrityBad: phrase(
    (p: { files: string }) => `not as they were made: ${p.files}`,
    (p) => `与制作时不符：${p.files}`,
  ),
  integrityMissing: phrase(
    (p: { path: string }) => `"${p.path}" is missing`,
    (p) => `缺少"${p.path}"`,
  ),
  integrityChanged: phrase(
    (p: { path: string }) => `"${p.path}" has changed`,
    (p) => `"${p.path}"已被改动`,
  ),
  integrityMore: phrase(
    (p: { count: number }) => `and ${p.count} more`,
    (p) => `另有 ${p.count} 个`,
  ),
  integrityRemedy: text(
    'Install the same version again from its archive: sh install.sh',
    '请用安装包重新安装同一版本：sh install.sh',
  ),

  runtimeTitle: text('Engine', '引擎'),
  runtimeWanted: text('the API answers on its socket', 'API 在其套接字上应答'),
  runtimeWhy: text(
    'docker, Compose and everything else talk to the engine there.',
    'docker、Compose 等都通过它与引擎通信。',
  ),
  runtimeBefore: text(
    'not asked: "berth up" is about to start it',
    '未询问：即将由 "berth up" 启动',
  ),
  runtimeNotSetUp: text(
    'not asked: this host is not set up yet; "berth up" does that',
    '未询问：本机尚未配置；请运行 "berth up"',
  ),
  runtimeAnswers: phrase(
    (p: { path: string; version: string }) => `"${p.version}" answers at "${p.path}"`,
    (p) => `"${p.version}"在"${p.path}"应答`,
  ),
  runtimeSilent: phrase(
    (p: { path: string; reason: string }) => `nobody answers at "${p.path}": ${p.reason}`,
    (p) => `"${p.path}"无人应答：${p.reason}`,
  ),
  runtimeStart: text(
    'Start it: berth daemon start. If it does not stay: berth daemon logs.',
    '请启动：berth daemon start。若无法保持运行：berth daemon logs。',
  ),

  smokeNoEngine: text('not tried: the engine does not answer', '未尝试：引擎没有应答'),
  embeddedTitle: text('hello-world, carried by berth', 'hello-world（berth 自带）'),
  embeddedWanted: text(
    'hello-world from the image that berth carries prints its greeting',
    'berth 自带的 hello-world 镜像输出问候语',
  ),
  embeddedWhy: text(
    'It takes everything but the network: image, layers, namespaces, cgroups, log.',
    '除网络外的一切都会用到：镜像、层、命名空间、cgroup、日志。',
  ),
  embeddedRan: text('printed its greeting', '已输出问候语'),
  embeddedLogs: text(
    'See "berth daemon logs", then "berth report".',
    '请查看 "berth daemon logs"，然后运行 "berth report"。',
  ),
  registryTitle: text('hello-world, from a registry', 'hello-world（来自镜像仓库）'),
  registryWanted: text(
    'hello-world pulled from a registry, through the mirrors, prints its greeting',
    '经镜像加速从镜像仓库拉取的 hello-world 输出问候语',
  ),
  registryWhy: text(
    'It shows that images can be pulled: names, proxy, mirrors, certificates.',
    '说明可以拉取镜像：域名、代理、镜像加速、证书都正常。',
  ),
  registryRan: phrase(
    (p: { image: string }) => `"${p.image}" printed its greeting`,
    (p) => `"${p.image}" 已输出问候语`,
  ),
  registryRemedy: text(
    'Look at the checks "dns", "mirror.reach" and "proxy"; or choose another mirror: berth up --mirror auto.',
    '请查看检查项 "dns"、"mirror.reach" 和 "proxy"；或换用其他镜像加速：berth up --mirror auto。',
  ),
};
