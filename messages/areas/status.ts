import { phrase, text } from '../message.ts';

/** `berth status`. */
export const statusMessages = {
  optionJson: text('print the status as JSON', '以 JSON 输出状态'),
  labelHost: text('host', '主机'),
  labelService: text('service', '服务'),
  labelDaemon: text('daemon', '守护进程'),
  labelEngine: text('engine', '引擎'),
  notSetUp: text('not set up by berth', 'berth 尚未配置本机'),
  unreadable: text('unknown: only root may read the journal', '未知：只有 root 可以读取操作日志'),
  setUp: phrase(
    (p: { at: string; steps: number }) =>
      `set up by berth at ${p.at}; "berth down" undoes ${p.steps} steps`,
    (p) => `berth 于 ${p.at} 配置；"berth down" 可撤销 ${p.steps} 个步骤`,
  ),
  interrupted: phrase(
    (p: { at: string }) =>
      `a run from ${p.at} was cut short; "berth up" or "berth down" puts that right`,
    (p) => `${p.at} 的运行中途中断；执行 "berth up" 或 "berth down" 即可恢复正常`,
  ),
  dataKept: text(
    'not set up; container data is left, "berth down --purge" removes it',
    '未配置；容器数据仍在，"berth down --purge" 可将其删除',
  ),
  serviceNone: text('none', '无'),
  serviceActive: phrase(
    (p: { manager: string }) => `active, under ${p.manager}`,
    (p) => `运行中，由 ${p.manager} 管理`,
  ),
  serviceInactive: phrase(
    (p: { manager: string }) => `inactive, under ${p.manager}`,
    (p) => `未运行，由 ${p.manager} 管理`,
  ),
  restarts: phrase(
    (p: { count: number }) => `, started again ${p.count} times`,
    (p) => `，已重新启动 ${p.count} 次`,
  ),
  bySupervisor: phrase(
    (p: { pid: number }) => ` (supervisor: process ${p.pid})`,
    (p) => `（监管进程：${p.pid}）`,
  ),
  startsSoon: text('not running, starts again soon', '未运行，即将重新启动'),
  runsFor: phrase(
    (p: { pid: number; time: string }) => `process ${p.pid}, up for ${p.time}`,
    (p) => `进程 ${p.pid}，已运行 ${p.time}`,
  ),
  seconds: phrase(
    (p: { count: number }) => `${p.count} s`,
    (p) => `${p.count} 秒`,
  ),
  minutes: phrase(
    (p: { count: number }) => `${p.count} min`,
    (p) => `${p.count} 分钟`,
  ),
  hours: phrase(
    (p: { count: number }) => `${p.count} h`,
    (p) => `${p.count} 小时`,
  ),
  days: phrase(
    (p: { count: number }) => `${p.count} days`,
    (p) => `${p.count} 天`,
  ),
  engineHangs: phrase(
    (p: { seconds: number }) =>
      `it has said nothing for ${p.seconds} seconds; "berth report" looks closer`,
    (p) => `${p.seconds} 秒内毫无响应；"berth report" 可进一步诊断`,
  ),
  unreachable: phrase(
    (p: { why: string }) => `does not answer: ${p.why}`,
    (p) => `没有应答：${p.why}`,
  ),
  answers: phrase(
    (p: { version: string; path: string; running: number; total: number; images: number }) =>
      `berthd ${p.version} on ${p.path}; ${p.running} of ${p.total} containers run, ${p.images} images`,
    (p) =>
      `berthd ${p.version}，位于 ${p.path}；共 ${p.total} 个容器，运行中 ${p.running} 个；${p.images} 个镜像`,
  ),
};
