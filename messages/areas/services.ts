import { phrase, text } from '../message.ts';

/** Services: how the daemon is started, stopped and looked at; `berth daemon`. */
export const servicesMessages = {
  startService: phrase(
    (p: { name: string; manager: string }) => `start service ${p.name} (${p.manager})`,
    (p) => `启动服务 ${p.name}（${p.manager}）`,
  ),
  notStarted: text('the daemon did not start', '守护进程未能启动'),
  notStartedSaid: phrase(
    (p: { said: string }) => `the daemon did not start; its log ends with:\n${p.said}\n`,
    (p) => `守护进程未能启动；其日志末尾为：\n${p.said}\n`,
  ),
  notStartedRemedy: text(
    'Run "berth daemon" to start it in the foreground and see why.',
    '运行"berth daemon"在前台启动它，查看原因。',
  ),
  noDefinition: phrase(
    (p: { path: string; why: string }) => `"${p.path}" does not describe a service: ${p.why}`,
    (p) => `"${p.path}"不是有效的服务定义：${p.why}`,
  ),
  noDefinitionRemedy: text(
    'Run "berth up": it writes the service and starts it.',
    '运行"berth up"：它会写入服务定义并启动服务。',
  ),
  supervisorStays: phrase(
    (p: { pid: number }) => `the supervisor, process ${p.pid}, is still there after SIGKILL`,
    (p) => `监管进程 ${p.pid} 在 SIGKILL 之后仍然存在`,
  ),
  supervisorStaysRemedy: phrase(
    (p: { pid: number }) => `Look what it waits for ("cat /proc/${p.pid}/stack"), then try again.`,
    (p) => `查看它在等待什么（"cat /proc/${p.pid}/stack"），然后重试。`,
  ),
  noService: text(
    'this host has no service of berth; wanted one that "berth up" has set up',
    '此主机上没有 berth 的服务；应先由"berth up"设置',
  ),
  runUp: text('Run "berth up".', '运行"berth up"。'),
  runsAlready: text('The daemon runs already.', '守护进程已在运行。'),
  stopped: text('The daemon has stopped; containers run on.', '守护进程已停止；容器继续运行。'),
  started: text('The daemon is started.', '守护进程已启动。'),
  notStopped: phrase(
    (p: { why: string }) => `${p.why} The daemon was not stopped.`,
    (p) => `${p.why}。守护进程未被停止`,
  ),
  linesNotNumber: phrase(
    (p: { lines: string }) => `--lines is "${p.lines}"; wanted a whole number`,
    (p) => `--lines 的值是"${p.lines}"；应为整数`,
  ),
  linesNotNumberRemedy: text(
    'For example: berth daemon logs --lines 50',
    '例如：berth daemon logs --lines 50',
  ),
  noLog: phrase(
    (p: { path: string }) =>
      `there is no log at "${p.path}"; wanted one that the daemon has written`,
    (p) => `"${p.path}"处没有日志；应有守护进程写入的日志`,
  ),
  noLogRemedy: text('Run "berth up": it starts the daemon.', '运行"berth up"：它会启动守护进程。'),
  argumentAction: text(
    'run it here; say whether its configuration can be used; or act on the service that "up" has set up',
    '在此处运行；检查其配置是否可用；或操作由"up"设置的服务',
  ),
  optionConfig: text('with run and validate: configuration file', '用于 run 和 validate：配置文件'),
  optionLines: text('with logs: how many lines', '用于 logs：显示多少行'),
  optionFollow: text('with logs: go on showing what is added', '用于 logs：持续显示新增内容'),
  helpAfter: text('Containers run on when the daemon stops.', '守护进程停止后，容器继续运行。'),
};
