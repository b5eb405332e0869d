import { phrase, text } from '../message.ts';

/** `berth fleet`: its help, its progress, its table. */
export const fleetMessages = {
  verbSummary: text(
    'run up, check or down on many hosts, over ssh',
    '通过 ssh 在多台主机上运行 up、check 或 down',
  ),
  argAction: text('what to run on every host', '在每台主机上运行的命令'),
  argHosts: text(
    'hosts: user@host, ssh://user@host:port, or a name from ~/.ssh/config',
    '主机：user@host、ssh://user@host:port 或 ~/.ssh/config 中的名称',
  ),
  optInventory: text('hosts file in YAML', 'YAML 格式的主机清单文件'),
  optOnly: text(
    'only hosts with this name, label or group; may be repeated',
    '只处理具有该名称、标签或分组的主机；可重复',
  ),
  optParallel: text('hosts at the same time', '同时处理的主机数'),
  optTimeout: text(
    'longest time for one host, such as 90s, 30m, 2h',
    '单台主机的最长时间，例如 90s、30m、2h',
  ),
  optConnectTimeout: text('longest time for a connection to come about', '建立连接的最长时间'),
  optSet: text(
    'an option of "berth up" for all hosts, such as data-root=/data/berth; may be repeated',
    '用于所有主机的 "berth up" 选项，例如 data-root=/data/berth；可重复',
  ),
  optDryRun: text(
    'with up: show what would be done on each host, and change nothing',
    '用于 up：显示每台主机上将要执行的操作，不做任何更改',
  ),
  optAcceptNew: text(
    'store the keys of hosts that were never seen (a changed key is refused all the same)',
    '保存从未见过的主机的密钥（已变化的密钥仍会被拒绝）',
  ),
  optAskSudo: text('ask for the password that sudo wants', '询问 sudo 所需的密码'),
  optSudoFile: text(
    'file whose first line is the password for sudo; BERTH_SUDO_PASSWORD works too',
    '首行为 sudo 密码的文件；也可使用环境变量 BERTH_SUDO_PASSWORD',
  ),
  optBundle: text(
    'a bundle made by "berth bundle", one for each processor; made here otherwise',
    '由 "berth bundle" 制作的安装包，每种处理器一个；不指定时在本机制作',
  ),
  optLogs: text('folder for a log of each host', '存放每台主机日志的目录'),
  optPurge: text(
    'with down: remove containers, images and volumes too',
    '用于 down：同时删除容器、镜像和卷',
  ),
  optKeepPackages: text(
    'with down: leave the packages that berth installed',
    '用于 down：保留 berth 安装的软件包',
  ),
  optYes: text('ask nothing', '不询问'),
  optJson: text('print the result as JSON, and nothing else', '只输出 JSON 格式的结果'),

  askPassword: text('Password for sudo on the hosts:', '各主机上 sudo 的密码：'),
  questionUp: phrase(
    (p: { count: number }) =>
      p.count === 1 ? 'Set up this host?' : `Set up these ${p.count} hosts?`,
    (p) => `配置这 ${p.count} 台主机？`,
  ),
  questionDown: phrase(
    (p: { count: number }) =>
      `Undo what berth did to ${p.count} ${p.count === 1 ? 'host' : 'hosts'}?`,
    (p) => `撤销 berth 对 ${p.count} 台主机所做的一切？`,
  ),
  questionPurge: phrase(
    (p: { count: number }) =>
      `Remove all containers, images and volumes of berth on ${p.count} ${p.count === 1 ? 'host' : 'hosts'} for good?`,
    (p) => `永久删除 ${p.count} 台主机上 berth 的所有容器、镜像和卷？`,
  ),
  nothingDone: text('Nothing was changed.', '未做任何更改。'),

  stageConnect: text('connecting', '正在连接'),
  stageInspect: text('looking at the host', '正在查看主机'),
  stageBundle: phrase(
    (p: { arch: string }) => `preparing the bundle for ${p.arch}`,
    (p) => `正在准备 ${p.arch} 的安装包`,
  ),
  stageCopy: text('copying the bundle', '正在复制安装包'),
  stageCopying: phrase(
    (p: { percent: number }) => `copying the bundle, ${p.percent} %`,
    (p) => `正在复制安装包，${p.percent} %`,
  ),
  stageUnpack: text('checking and unpacking the bundle', '正在校验并解压安装包'),
  stageWaiting: text(
    'waiting for another fleet on this host',
    '正在等待该主机上的另一次 fleet 操作',
  ),
  stageRun: phrase(
    (p: { action: string }) => `running "berth ${p.action}"`,
    (p) => `正在运行 "berth ${p.action}"`,
  ),
  stageStopping: text('told to stop, waiting for it', '已通知停止，正在等待'),
  stageTidy: text('removing the bundle', '正在删除安装包'),
  stageWaitTurn: text('waiting', '等待中'),

  headHost: text('HOST', '主机'),
  headResult: text('RESULT', '结果'),
  headDetail: text('DETAIL', '详情'),
  headTime: text('TIME', '用时'),
  statusOk: text('ok', '成功'),
  statusFailed: text('FAILED', '失败'),
  statusStopped: text('stopped', '已停止'),
  statusNotRun: text('not begun', '未开始'),
  seconds: phrase(
    (p: { seconds: string }) => `${p.seconds} s`,
    (p) => `${p.seconds} 秒`,
  ),

  detailChanged: phrase(
    (p: { count: number }) => `set up, ${p.count} ${p.count === 1 ? 'change' : 'changes'}`,
    (p) => `已配置，${p.count} 处更改`,
  ),
  detailPlanned: phrase(
    (p: { count: number }) => `would be set up, ${p.count} ${p.count === 1 ? 'change' : 'changes'}`,
    (p) => `将会配置，${p.count} 处更改`,
  ),
  planOf: phrase(
    (p: { hosts: string }) => `On ${p.hosts}:`,
    (p) => `在 ${p.hosts} 上：`,
  ),
  detailUnchanged: text('was set up, nothing to change', '已配置好，无需更改'),
  detailUndone: text('undone', '已撤销'),
  detailNothingToUndo: text('nothing to undo', '没有可撤销的内容'),
  detailChecks: phrase(
    (p: { pass: number; warn: number; fail: number }) =>
      `${p.pass} pass, ${p.warn} warn, ${p.fail} fail`,
    (p) => `${p.pass} 项通过，${p.warn} 项警告，${p.fail} 项失败`,
  ),
  remedies: text('What to do next:', '下一步：'),
  summary: phrase(
    (p: { ok: number; total: number; logs: string }) =>
      `${p.ok} of ${p.total} ${p.total === 1 ? 'host' : 'hosts'} ok. Logs: ${p.logs}`,
    (p) => `${p.total} 台主机中 ${p.ok} 台成功。日志：${p.logs}`,
  ),
};
