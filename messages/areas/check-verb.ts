import { phrase, text } from '../message.ts';

/** What `berth check` says, and waivers. */
export const checkVerbMessages = {
  fixOption: text(
    'put right what berth can, and check again',
    '修复 berth 能修复的问题，并重新检查',
  ),
  jsonOption: text('print the findings as JSON', '以 JSON 输出检查结果'),
  onlyOption: text('run this check only; may be repeated', '只运行此检查；可重复使用'),
  skipOption: text(
    'leave this check out, and say why; may be repeated',
    '跳过此检查并说明原因；可重复使用',
  ),

  fixSysctl: phrase(
    (p: { key: string; value: string }) => `set ${p.key}=${p.value}`,
    (p) => `设置 ${p.key}=${p.value}`,
  ),
  fixModule: phrase(
    (p: { name: string }) => `load module ${p.name}`,
    (p) => `加载模块 ${p.name}`,
  ),
  fixPackage: phrase(
    (p: { names: string }) => `install ${p.names}`,
    (p) => `安装 ${p.names}`,
  ),
  fixFirewall: phrase(
    (p: { interface: string; firewall: string }) => `let ${p.interface} through ${p.firewall}`,
    (p) => `让 ${p.firewall} 放行 ${p.interface}`,
  ),
  fixService: phrase(
    (p: { name: string }) => `start ${p.name} now and at every boot`,
    (p) => `立即启动 ${p.name} 并设为开机启动`,
  ),

  groupSystem: text('System', '系统'),
  groupKernel: text('Kernel', '内核'),
  groupCgroups: text('Control groups', '控制组'),
  groupStorage: text('Storage', '存储'),
  groupNetwork: text('Network', '网络'),
  groupServices: text('Services', '服务'),
  groupEngine: text('berth itself', 'berth 自身'),

  markFail: text('FAIL', '失败'),
  markWarn: text('WARN', '警告'),
  markFixed: text('FIXED', '已修复'),
  markStill: text('STILL', '仍存在'),
  labelSeen: text('seen', '现状'),
  labelWanted: text('wanted', '期望'),
  labelWhy: text('why', '原因'),
  labelRemedy: text('remedy', '办法'),
  labelNote: text('note', '备注'),
  labelSkip: text('skip', '跳过'),
  labelPass: text('pass', '通过'),
  labelNext: text('Next', '下一步'),
  fixesHeading: text('Fixes', '修复'),

  statusFail: text('fails', '失败'),
  statusWarn: text('warns', '警告'),
  statusPass: text('passes', '通过'),
  statusSkip: text('is skipped', '已跳过'),

  verdictReady: text('This host can run containers.', '本机可以运行容器。'),
  verdictWarned: phrase(
    (p: { count: number }) =>
      `This host can run containers; ${p.count} ${p.count === 1 ? 'thing' : 'things'} to know.`,
    (p) => `本机可以运行容器；有 ${p.count} 处需要留意。`,
  ),
  verdictNotYet: phrase(
    (p: { count: number }) =>
      `This host cannot run containers yet: ${p.count} ${p.count === 1 ? 'check fails' : 'checks fail'}.`,
    (p) => `本机还不能运行容器：${p.count} 项检查失败。`,
  ),
  counts: phrase(
    (p: { pass: number; warn: number; fail: number; skip: number; time: string }) =>
      `${p.pass} passed, ${p.warn} ${p.warn === 1 ? 'warning' : 'warnings'}, ${p.fail} failed, ${p.skip} skipped in ${p.time}`,
    (p) => `通过 ${p.pass}，警告 ${p.warn}，失败 ${p.fail}，跳过 ${p.skip}，用时 ${p.time}`,
  ),
  milliseconds: phrase(
    (p: { count: number }) => `${p.count} ms`,
    (p) => `${p.count} 毫秒`,
  ),
  seconds: phrase(
    (p: { count: string }) => `${p.count} s`,
    (p) => `${p.count} 秒`,
  ),
  nextFix: phrase(
    (p: { ids: string }) => `berth check --fix puts right: ${p.ids}`,
    (p) => `berth check --fix 可修复：${p.ids}`,
  ),
  nextByHand: phrase(
    (p: { ids: string }) => `by hand, as the remedies say: ${p.ids}`,
    (p) => `按上述办法手动处理：${p.ids}`,
  ),
  nextSkip: phrase(
    (p: { id: string }) =>
      `to go on without one: --skip ${p.id}=REASON, or a waiver in /etc/berth/waivers.yaml`,
    (p) => `若要跳过某项：--skip ${p.id}=原因，或在 /etc/berth/waivers.yaml 中豁免`,
  ),

  skipNoName: phrase(
    (p: { text: string }) => `"--skip ${p.text}" names no check; wanted --skip ID=REASON`,
    (p) => `"--skip ${p.text}" 没有指明检查；应为 --skip 检查=原因`,
  ),
  skipNoReason: phrase(
    (p: { text: string }) => `"--skip ${p.text}" gives no reason; wanted --skip ID=REASON`,
    (p) => `"--skip ${p.text}" 没有给出原因；应为 --skip 检查=原因`,
  ),

  waived: phrase(
    (p: { reason: string; until: string }) => `${p.reason} (waived until ${p.until})`,
    (p) => `${p.reason}（豁免至 ${p.until}）`,
  ),
  waiverEnded: phrase(
    (p: { id: string; until: string }) =>
      `the waiver of "${p.id}" ended on ${p.until}: the check counts again`,
    (p) => `对"${p.id}"的豁免已于 ${p.until} 到期：该检查重新生效`,
  ),
  noteOf: phrase(
    (p: { id: string; seen: string; note: string }) => `${p.id}: ${p.seen}. ${p.note}`,
    (p) => `${p.id}：${p.seen}。注意：${p.note}`,
  ),
  passedMany: phrase(
    (p: { count: number }) => `${p.count} checks (--json lists them)`,
    (p) => `${p.count} 项检查（用 --json 查看明细）`,
  ),
  skipped: phrase(
    (p: { ids: string; reason: string }) => `${p.ids}: ${p.reason}`,
    (p) => `${p.ids}（原因：${p.reason}）`,
  ),
  waiversNotYaml: phrase(
    (p: { path: string; line: number; why: string }) => `"${p.path}", line ${p.line}: ${p.why}`,
    (p) => `"${p.path}"第 ${p.line} 行：${p.why}`,
  ),
  waiversUnreadable: phrase(
    (p: { path: string; why: string }) => `"${p.path}" cannot be read: ${p.why}`,
    (p) => `无法读取"${p.path}"：${p.why}`,
  ),
  waiversShape: text('wanted "waivers:" with a list of entries', '应为 "waivers:"，其后为条目列表'),
  waiverNotMap: text(
    'wanted an entry with "check", "reason" and "until"',
    '条目应包含 "check"、"reason" 和 "until"',
  ),
  waiverUnknownKey: phrase(
    (p: { key: string }) => `unknown key "${p.key}"; wanted check, reason, until`,
    (p) => `未知的键"${p.key}"；应为 check、reason、until`,
  ),
  waiverUnknownCheck: phrase(
    (p: { id: string; hint: string }) => `there is no check "${p.id}". ${p.hint}`,
    (p) => `没有名为"${p.id}"的检查。${p.hint}`,
  ),
  waiverNoCheck: text(
    'the entry names no check ("check: ID")',
    '条目没有指明检查（"check: 名称"）',
  ),
  waiverNoReason: phrase(
    (p: { id: string }) => `the waiver of "${p.id}" gives no reason ("reason: ...")`,
    (p) => `对"${p.id}"的豁免没有给出原因（"reason: ..."）`,
  ),
  waiverNoDate: phrase(
    (p: { id: string }) => `the waiver of "${p.id}" has no last day ("until: YYYY-MM-DD")`,
    (p) => `对"${p.id}"的豁免没有截止日期（"until: YYYY-MM-DD"）`,
  ),
  waiverBadDate: phrase(
    (p: { id: string; value: string }) =>
      `the waiver of "${p.id}" ends on "${p.value}", which is no day; wanted YYYY-MM-DD`,
    (p) => `对"${p.id}"的豁免截止于"${p.value}"，不是有效日期；应为 YYYY-MM-DD`,
  ),
  waiverTwice: phrase(
    (p: { id: string }) => `"${p.id}" is waived twice`,
    (p) => `"${p.id}"被豁免了两次`,
  ),
  waiversRemedy: phrase(
    (p: { path: string }) =>
      `Correct "${p.path}" or move it away, then try again; docs/checks.md shows the form.`,
    (p) => `请修正或移走"${p.path}"后重试；格式见 docs/checks.md。`,
  ),
};
