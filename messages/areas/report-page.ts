import { phrase, text } from '../message.ts';

/** Words of report.html. */
export const reportPageMessages = {
  title: phrase(
    (p: { host: string }) => `berth report: ${p.host}`,
    (p) => `berth 报告：${p.host}`,
  ),
  allWell: text('Nothing is wrong as far as was looked.', '在检查范围内没有发现问题。'),
  someFail: phrase(
    (p: { fail: number; warn: number }) => `${p.fail} failures, ${p.warn} warnings`,
    (p) => `${p.fail} 个故障，${p.warn} 个警告`,
  ),
  findings: text('Findings', '发现的问题'),
  whatToDo: text('What to do', '解决办法'),
  wanted: text('Wanted', '应有状态'),
  why: text('Why it matters', '影响'),
  evidence: text('Evidence', '证据'),
  fail: text('fails', '故障'),
  warn: text('warning', '警告'),
  host: text('Host', '主机'),
  distribution: text('Distribution', '发行版'),
  kernel: text('Kernel', '内核'),
  hardware: text('Hardware', '硬件'),
  version: text('berth', 'berth 版本'),
  createdAt: text('Made at', '生成时间'),
  logsSince: text('Logs since', '日志起始'),
  logsOmitted: text('left out', '已略去'),
  checks: text('Checks', '检查'),
  statusComplete: text('complete', '完整'),
  statusPartial: text('partly', '部分'),
  statusFailed: text('failed', '失败'),
  statusTimeout: text('out of time', '超时'),
  statusOmitted: text('left out', '已略去'),
  keptEnd: phrase(
    (p: { path: string }) => `Only the end is shown here; more is in ${p.path}.`,
    (p) => `此处只显示末尾；更多内容见 ${p.path}。`,
  ),
  keptStart: phrase(
    (p: { path: string }) => `Only the beginning is shown here; more is in ${p.path}.`,
    (p) => `此处只显示开头；更多内容见 ${p.path}。`,
  ),
  onlyInArchive: phrase(
    (p: { path: string }) => `To be found in ${p.path}.`,
    (p) => `内容见 ${p.path}。`,
  ),
  cutAtCollection: text(
    'This was longer than a report holds; a part of it was kept.',
    '内容超出报告的上限，只保留了一部分。',
  ),
  empty: text('(empty)', '（空）'),
  redactions: text('What was taken out', '已去除的内容'),
  redactionsIntro: phrase(
    (p: { count: number }) =>
      `${p.count} values looked secret and were replaced before anything was written. Rules cannot know everything: look through the evidence before you pass it on.`,
    (p) =>
      `有 ${p.count} 处疑似敏感信息，在写入之前已被替换。规则不可能识别一切：转交之前请先查看证据。`,
  ),
  rule: text('Rule', '规则'),
  count: text('Times', '次数'),
  notRoot: text(
    'Made by a user other than root: much could not be read.',
    '由非 root 用户生成：许多内容无法读取。',
  ),
};
