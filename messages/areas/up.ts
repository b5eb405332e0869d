import { phrase, text } from '../message.ts';

/** `berth up`: its options, stages, questions, errors and its end. */
export const upMessages = {
  optionYes: text('ask nothing', '不询问'),
  optionDryRun: text(
    'show what would be done, with the differences, and do nothing',
    '显示将要进行的更改及差异，不做任何更改',
  ),
  optionSavePlan: text(
    'as --dry-run, and save the plan for --plan',
    '同 --dry-run，并保存计划供 --plan 使用',
  ),
  optionJson: text('print the result as JSON, and nothing else', '只以 JSON 输出结果'),
  optionSocket: text("the API's socket", 'API 的套接字'),
  optionDockerSocket: phrase(
    (p: { path: string }) => `serve ${p.path} too, if it is free`,
    (p) => `若 ${p.path} 空闲，也在那里提供服务`,
  ),
  optionNoSmokeTest: text('do not run hello-world at the end', '最后不运行 hello-world'),
  optionDataRoot: text('where images and containers are kept', '存放镜像和容器的位置'),
  optionPlan: text(
    'apply a saved plan, if the host is still as it was',
    '执行已保存的计划（要求主机此后没有变化）',
  ),
  optionSkip: text('go on without a check; can be repeated', '跳过一项检查；可重复'),
  notAbsolute: phrase(
    (p: { option: string; path: string }) => `${p.option} is "${p.path}"; wanted an absolute path`,
    (p) => `${p.option} 的值是"${p.path}"；应为绝对路径`,
  ),
  notAbsoluteRemedy: text(
    'Write the whole path, beginning with a slash.',
    '请写完整路径，以斜杠开头。',
  ),
  planWithWishes: phrase(
    (p: { wishes: string }) =>
      `--plan applies a saved plan, and other options ask for more (${p.wishes}); wanted one or the other`,
    (p) => `--plan 执行已保存的计划，而其他选项另有要求（${p.wishes}）；二者只能选一`,
  ),
  planWithWishesRemedy: text(
    'Make a new plan with those options: berth up --dry-run --save-plan FILE',
    '请用这些选项生成新计划：berth up --dry-run --save-plan FILE',
  ),

  stageChecking: text('Checking this host', '检查本机'),
  stagePlanning: text('Planning', '制定计划'),
  stageRecovering: text('Recovering from a run that was cut short', '从一次中断的运行中恢复'),
  stageSettingUp: text('Setting up', '配置'),
  stageProving: text('Checking what was fixed', '复查已修复的项目'),
  stageWaiting: text('Waiting for the engine', '等待引擎就绪'),
  stageHello: text('Running hello-world', '运行 hello-world'),
  stageFinishing: text('Finishing', '收尾'),
  stageUndoing: text('Undoing', '撤销'),
  questionOne: text('Make this change?', '执行这项更改吗？'),
  questionMany: phrase(
    (p: { count: number }) => `Make these ${p.count} changes?`,
    (p) => `执行这 ${p.count} 项更改吗？`,
  ),
  answers: phrase(
    (p: { socket: string; ms: number }) => `answers on ${p.socket} after ${p.ms} ms`,
    (p) => `${p.ms} 毫秒后开始在 ${p.socket} 应答`,
  ),
  notUp: text('berth did not come up', 'berth 未能启动'),

  checksPass: phrase(
    (p: { passed: number; all: number }) => `${p.passed} of ${p.all} checks pass`,
    (p) => `${p.all} 项检查中有 ${p.passed} 项通过`,
  ),
  checksRest: phrase(
    (p: { passed: number; all: number }) =>
      `${p.passed} of ${p.all} checks pass; "berth check" tells more of the others`,
    (p) => `${p.all} 项检查中有 ${p.passed} 项通过；其余详见 "berth check"`,
  ),
  trouble: phrase(
    (p: { status: 'warn' | 'fail'; id: string; seen: string }) => `${p.status}: ${p.id}: ${p.seen}`,
    (p) => `${p.status === 'fail' ? '失败' : '警告'}：${p.id}：${p.seen}`,
  ),
  troubleFixed: phrase(
    (p: { status: 'warn' | 'fail'; id: string; seen: string }) =>
      `${p.status}: ${p.id}: ${p.seen} (this is put right below)`,
    (p) => `${p.status === 'fail' ? '失败' : '警告'}：${p.id}：${p.seen}（下面会修复）`,
  ),
  fixed: phrase(
    (p: { title: string; seen: string }) => `fixed: ${p.title}: ${p.seen}`,
    (p) => `已修复：${p.title}：${p.seen}`,
  ),
  checkFailed: phrase(
    (p: { list: string }) => `this host cannot run containers yet: ${p.list}`,
    (p) => `本机还不能运行容器：${p.list}`,
  ),
  checkFailedRemedy: phrase(
    (p: { advice: string; id: string }) =>
      `${p.advice} To go on all the same: --skip ${p.id}=REASON.`,
    (p) => `${p.advice} 若仍要继续：--skip ${p.id}=原因。`,
  ),
  seeCheck: text('See "berth check".', '详见 "berth check"。'),

  dataRootInUse: phrase(
    (p: { now: string; wanted: string; count: number }) =>
      `${p.count} containers run with their data in "${p.now}"; wanted none, because the engine that works in "${p.wanted}" would not know them`,
    (p) =>
      `有 ${p.count} 个容器正在运行，其数据在"${p.now}"；应先停止它们，因为使用"${p.wanted}"的引擎无法识别它们`,
  ),
  dataRootInUseRemedy: text(
    'Stop them ("berth ps", "berth stop NAME"), then run the same command again.',
    '请停止它们（"berth ps"、"berth stop 名称"），然后再次运行同一命令。',
  ),
  dataRootOfSystem: phrase(
    (p: { from: string; path: string }) =>
      `${p.from} names "${p.path}" for images and containers, which is a folder of the system; wanted one for berth alone`,
    (p) => `${p.from} 指定将镜像和容器存放在"${p.path}"，但它是系统目录；应为 berth 专用的目录`,
  ),
  dataRootOfSystemRemedy: text(
    'Name a folder of its own, for example --data-root /srv/berth.',
    '请指定专用目录，例如 --data-root /srv/berth。',
  ),
  pathNotSocket: phrase(
    (p: { path: string }) =>
      `"${p.path}" exists and is not a socket; wanted a free place for the API's socket`,
    (p) => `"${p.path}" 已存在且不是套接字；API 的套接字需要一个空闲的位置`,
  ),
  pathNotSocketRemedy: phrase(
    (p: { path: string }) => `Look what it is ("ls -ld ${p.path}") and move it away.`,
    (p) => `请查看它是什么（"ls -ld ${p.path}"）并将其移走。`,
  ),
  socketTaken: phrase(
    (p: { path: string }) =>
      `a daemon that this berth did not start answers at "${p.path}"; wanted nobody there`,
    (p) => `"${p.path}" 上有一个并非由 berth 启动的守护进程在应答；该位置应当空闲`,
  ),
  socketTakenDocker: text(
    'Leave out --docker-socket: Docker keeps its socket, and berth has its own.',
    '去掉 --docker-socket：Docker 保留它的套接字，berth 有自己的。',
  ),
  socketTakenRemedy: text(
    'Stop that daemon, or choose another place with --socket PATH.',
    '停止那个守护进程，或用 --socket PATH 另选位置。',
  ),

  notReadyTime: phrase(
    (p: { socket: string; ms: number; log: string }) =>
      `no daemon answered at "${p.socket}" within ${p.ms} ms${p.log}`,
    (p) => `${p.ms} 毫秒内没有守护进程在"${p.socket}"应答${p.log}`,
  ),
  notReadyEnds: phrase(
    (p: { socket: string; times: number; last?: string; log: string }) =>
      `no daemon answered at "${p.socket}" because it ended ${p.times} times${p.last === undefined ? '' : `, last with ${p.last}`}${p.log}`,
    (p) =>
      `没有守护进程在"${p.socket}"应答：它已退出 ${p.times} 次${p.last === undefined ? '' : `，最近一次为 ${p.last}`}${p.log}`,
  ),
  logEnds: phrase(
    (p: { lines: string }) => `; its log ends with:\n${p.lines}\n`,
    (p) => `；其日志结尾为：\n${p.lines}\n`,
  ),
  notReadyRemedy: text(
    'Run "berth daemon" to start it in the foreground and see why.',
    '运行 "berth daemon" 在前台启动它以查明原因。',
  ),

  nothingToDo: text('Nothing to change: this host is set up.', '无需更改：本机已配置好。'),
  unchanged: phrase(
    (p: { socket: string }) =>
      `Nothing to change: this host is set up, and the engine answers on ${p.socket}.`,
    (p) => `无需更改：本机已配置好，引擎在 ${p.socket} 应答。`,
  ),
  declined: text('Nothing was changed.', '未做任何更改。'),
  planned: phrase(
    (p: { hash: string }) => `Plan ${p.hash}. Nothing was changed.`,
    (p) => `计划 ${p.hash}。未做任何更改。`,
  ),
  saved: phrase(
    (p: { path: string }) => `Saved to ${p.path}. Apply it with: berth up --plan ${p.path}`,
    (p) => `已保存到 ${p.path}。执行它：berth up --plan ${p.path}`,
  ),
  noRegistry: phrase(
    (p: { why: string }) => `warning: the same from a registry was not possible: ${p.why}`,
    (p) => `警告：无法从镜像仓库运行同样的测试：${p.why}`,
  ),
  noRegistryMore: text(
    '         Containers run; pulling images does not, yet.',
    '      容器可以运行；但还不能拉取镜像。',
  ),
  isUp: text('berth is up.', 'berth 已就绪。'),
  lineEngine: phrase(
    (p: { socket: string }) => `  engine    ${p.socket}`,
    (p) => `  引擎      ${p.socket}`,
  ),
  lineTry: text('  try       berth run --rm hello-world', '  试一试    berth run --rm hello-world'),
  lineDocker: phrase(
    (p: { socket: string }) => `  docker    DOCKER_HOST=unix://${p.socket} docker ps`,
    (p) => `  用 docker DOCKER_HOST=unix://${p.socket} docker ps`,
  ),
  lineLook: text('  look      berth status', '  查看      berth status'),
  lineUndo: text('  undo      berth down', '  撤销      berth down'),
};
