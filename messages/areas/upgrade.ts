import { phrase, text } from '../message.ts';

/** `berth upgrade`: another version of berth in the place of the one that runs. */
export const upgradeMessages = {
  summary: text(
    'change to another version of berth; containers run on',
    '切换到另一个 berth 版本；容器继续运行',
  ),
  argumentBundle: text('the bundle of the new version (tar.gz)', '新版本的安装包（tar.gz）'),
  optionTo: text(
    'change to a version that is in /opt/berth already',
    '切换到 /opt/berth 中已有的版本',
  ),
  optionRollback: text('change back to the version before this one', '切换回上一个版本'),
  optionTimeout: text(
    'how long the new engine may take to answer',
    '新引擎开始应答的最长时间（秒）',
  ),
  timeoutNotNumber: phrase(
    (p: { timeout: string }) => `--timeout is "${p.timeout}"; wanted a whole number of seconds`,
    (p) => `--timeout 的值是"${p.timeout}"；应为整数秒`,
  ),
  timeoutNotNumberRemedy: text(
    'For example: berth upgrade --timeout 300 BUNDLE',
    '例如：berth upgrade --timeout 300 BUNDLE',
  ),
  optionJson: text('print the result as JSON, and nothing else', '只以 JSON 输出结果'),
  oneTarget: text(
    'wanted one of BUNDLE, --to VERSION and --rollback',
    '应指定 BUNDLE、--to VERSION 与 --rollback 之一',
  ),
  oneTargetRemedy: text(
    'For example: berth upgrade berth-1.2.3-linux-x64.tar.gz',
    '例如：berth upgrade berth-1.2.3-linux-x64.tar.gz',
  ),
  noBundle: phrase(
    (p: { path: string }) => `there is no bundle at "${p.path}"`,
    (p) => `"${p.path}"处没有安装包`,
  ),
  noBundleRemedy: text(
    'Name the archive that "berth bundle" has made.',
    '请指定由"berth bundle"生成的归档文件。',
  ),
  notInstalled: phrase(
    (p: { version: string; installed: string }) =>
      `version "${p.version}" is not in /opt/berth; there are: ${p.installed || 'none'}`,
    (p) => `/opt/berth 中没有版本"${p.version}"；现有：${p.installed || '无'}`,
  ),
  notInstalledRemedy: text(
    'Name one of these, or give the bundle of that version.',
    '请指定其中之一，或提供该版本的安装包。',
  ),
  noPrevious: text('no version before this one is in /opt/berth', '/opt/berth 中没有更早的版本'),
  noDefinition: phrase(
    (p: { version: string; why: string }) =>
      `berth ${p.version} does not say how it wants to be started: ${p.why}; nothing was changed`,
    (p) => `berth ${p.version} 没有给出启动方式：${p.why}；未做任何更改`,
  ),
  noDefinitionRemedy: text(
    'Look whether the bundle is whole and made for this machine ("sha256sum -c SHA256SUMS" in it).',
    '请检查安装包是否完整且适用于本机（在其中运行"sha256sum -c SHA256SUMS"）。',
  ),
  stageLooking: text('Looking at the new version', '检查新版本'),
  stageRecovering: text('Recovering from a run that was cut short', '正在恢复一次被中断的运行'),
  stageSwitching: text('Changing the version', '切换版本'),
  stageFallBack: text('Making sure of the old version', '确认旧版本'),
  recovered: phrase(
    (p: { how: 'resumed' | 'rolled-back' }) =>
      p.how === 'resumed'
        ? 'the earlier upgrade was brought to its end'
        : 'the earlier run was undone',
    (p) => (p.how === 'resumed' ? '先前的升级已完成' : '先前的运行已撤销'),
  ),
  fromTo: phrase(
    (p: { from: string; to: string; containers: number }) =>
      `from ${p.from} to ${p.to}; containers that run: ${p.containers}`,
    (p) => `从 ${p.from} 到 ${p.to}；正在运行的容器：${p.containers}`,
  ),
  proveStep: phrase(
    (p: { version: string }) => `prove that berth ${p.version} works`,
    (p) => `验证 berth ${p.version} 工作正常`,
  ),
  proveDiff: phrase(
    (p: { containers: number }) =>
      `it answers, runs hello-world, and has the ${p.containers} containers that run now`,
    (p) => `它能应答、能运行 hello-world，并保有当前运行的 ${p.containers} 个容器`,
  ),
  noAnswer: phrase(
    (p: { socket: string; seconds: number; why: string }) =>
      `the engine did not answer at "${p.socket}" within ${p.seconds} s: ${p.why}`,
    (p) => `引擎在 ${p.seconds} 秒内未在"${p.socket}"应答：${p.why}`,
  ),
  restarting: phrase(
    (p: { times: number }) => `the engine ended and was started again ${p.times} times`,
    (p) => `引擎已退出并被重新启动 ${p.times} 次`,
  ),
  otherVersion: phrase(
    (p: { found: string; wanted: string }) =>
      `the engine that answers is version "${p.found}"; wanted "${p.wanted}"`,
    (p) => `应答的引擎版本是"${p.found}"；应为"${p.wanted}"`,
  ),
  helloFailed: phrase(
    (p: { why: string }) => `hello-world did not run: ${p.why}`,
    (p) => `hello-world 未能运行：${p.why}`,
  ),
  helloEnded: phrase(
    (p: { status: number; said: string }) =>
      `it ended with status ${p.status} and wrote "${p.said}"; wanted 0 and a greeting`,
    (p) => `它以退出码 ${p.status} 结束并输出"${p.said}"；应为 0 和问候语`,
  ),
  containersLost: phrase(
    (p: { names: string }) => `containers that ran do not run any more: ${p.names}`,
    (p) => `之前运行的容器已不再运行：${p.names}`,
  ),
  unhealthyRemedy: text(
    'See "berth daemon logs" and report it; the version before runs.',
    '查看"berth daemon logs"并报告此问题；先前的版本正在运行。',
  ),
  oldIsBack: phrase(
    (p: { version: string; failed: string }) => `${p.failed}; berth ${p.version} answers again`,
    (p) => `${p.failed}；berth ${p.version} 已恢复应答`,
  ),
  oldIsGone: phrase(
    (p: { version: string; failed: string; why: string }) =>
      `${p.failed}; berth ${p.version} does not answer either: ${p.why}`,
    (p) => `${p.failed}；berth ${p.version} 也没有应答：${p.why}`,
  ),
  oldIsGoneRemedy: text(
    'See "berth daemon logs"; "berth up" tries to start it again. Containers run on.',
    '查看"berth daemon logs"；"berth up"会尝试重新启动。容器继续运行。',
  ),
  done: phrase(
    (p: { from: string; to: string; containers: number }) =>
      `berth ${p.to} runs, in the place of ${p.from}; ${p.containers} containers ran on.`,
    (p) => `berth ${p.to} 已取代 ${p.from} 运行；${p.containers} 个容器未受影响。`,
  ),
  unchanged: phrase(
    (p: { to: string }) => `berth ${p.to} runs already; nothing to change.`,
    (p) => `berth ${p.to} 已在运行；无需更改。`,
  ),
  pruned: phrase(
    (p: { versions: string }) => `removed from /opt/berth: ${p.versions}`,
    (p) => `已从 /opt/berth 移除：${p.versions}`,
  ),
  backHint: text('back      berth upgrade --rollback', '返回      berth upgrade --rollback'),
};
