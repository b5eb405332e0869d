import { phrase, text } from '../message.ts';

/** Steps, plans, the journal, and undoing: what `up` and `down` have in common. */
export const provisioningMessages = {
  // Steps.
  makeGroup: phrase(
    (p: { name: string }) => `make group ${p.name}`,
    (p) => `创建组 ${p.name}`,
  ),
  groupDiff: text('absent -> system group', '不存在 -> 系统组'),
  makeFolder: phrase(
    (p: { path: string }) => `make folder ${p.path}`,
    (p) => `创建目录 ${p.path}`,
  ),
  folderDiff: phrase(
    (p: { mode: string }) => `absent -> folder, mode ${p.mode}`,
    (p) => `不存在 -> 目录，权限 ${p.mode}`,
  ),
  notFolder: phrase(
    (p: { path: string }) =>
      `"${p.path}" exists and is not a folder; wanted a folder or nothing there`,
    (p) => `"${p.path}"已存在且不是目录；此处应为目录或不存在`,
  ),
  lookAndMove: phrase(
    (p: { path: string }) => `Look what it is ("ls -ld ${p.path}") and move it away.`,
    (p) => `请查看它是什么（"ls -ld ${p.path}"），并将其移走。`,
  ),
  mountedBelow: phrase(
    (p: { mounts: string; path: string }) =>
      `"${p.mounts}" is mounted below "${p.path}"; wanted nothing mounted in a folder that is to be removed`,
    (p) => `"${p.mounts}"挂载在"${p.path}"之下；要删除的目录中不应有挂载`,
  ),
  unmount: phrase(
    (p: { path: string }) => `Unmount it ("umount ${p.path}"), then run "berth down" again.`,
    (p) => `请卸载它（"umount ${p.path}"），然后再次执行 "berth down"。`,
  ),
  dataStays: phrase(
    (p: { path: string }) => `container data stays in "${p.path}"; "berth down --purge" removes it`,
    (p) => `容器数据保留在"${p.path}"中；"berth down --purge" 可将其删除`,
  ),
  folderStays: phrase(
    (p: { path: string; names: string }) => `"${p.path}" stays: it holds "${p.names}"`,
    (p) => `"${p.path}"保留：其中有"${p.names}"`,
  ),
  loadModule: phrase(
    (p: { name: string }) => `load module ${p.name}`,
    (p) => `加载内核模块 ${p.name}`,
  ),
  moduleDiff: text('not loaded -> loaded', '未加载 -> 已加载'),
  moduleStays: phrase(
    (p: { name: string; said: string }) =>
      `module "${p.name}" stays loaded until the next boot: ${p.said}`,
    (p) => `内核模块"${p.name}"在下次启动前保持加载：${p.said}`,
  ),
  setSwitch: phrase(
    (p: { key: string; value: string }) => `set ${p.key} = ${p.value}`,
    (p) => `设置 ${p.key} = ${p.value}`,
  ),
  missing: text('missing', '不存在'),
  noSwitch: phrase(
    (p: { key: string; path: string }) =>
      `the kernel has no switch "${p.key}" ("${p.path}" is missing); wanted to set it`,
    (p) => `内核没有参数"${p.key}"（"${p.path}"不存在），无法设置`,
  ),
  noSwitchRemedy: text(
    'Load the kernel module it belongs to, or use a kernel that has it.',
    '请加载它所属的内核模块，或使用支持该参数的内核。',
  ),
  switchStays: phrase(
    (p: { key: string; interfaces: string }) =>
      `${p.key} stays on: interfaces that came since may need it (${p.interfaces})`,
    (p) => `${p.key} 保持开启：之后出现的网络接口可能需要它（${p.interfaces}）`,
  ),
  writeFile: phrase(
    (p: { path: string }) => `write ${p.path}`,
    (p) => `写入 ${p.path}`,
  ),
  foreignChange: phrase(
    (p: { path: string; copy: string }) =>
      `"${p.path}" had been changed since berth wrote it; that text is now in "${p.copy}"`,
    (p) => `"${p.path}"在 berth 写入之后被修改过；修改后的内容现存于"${p.copy}"`,
  ),

  // Plans.
  waitingFor: phrase(
    (p: { step: string }) => `waiting for: ${p.step}`,
    (p) => `等待完成：${p.step}`,
  ),
  moreDone: phrase(
    (p: { count: number }) =>
      p.count === 1 ? '(1 more step is done already)' : `(${p.count} more steps are done already)`,
    (p) => `（另有 ${p.count} 个步骤已完成）`,
  ),
  planUnsaved: phrase(
    (p: { path: string; why: string }) => `the plan cannot be saved to "${p.path}": ${p.why}`,
    (p) => `无法将计划保存到"${p.path}"：${p.why}`,
  ),
  planUnsavedRemedy: text(
    'Name a file in a folder that exists and can be written.',
    '请指定一个可写的现有目录中的文件。',
  ),
  planHash: phrase(
    (p: { found: string; said: string }) => `its hash is "${p.found}" and it says "${p.said}"`,
    (p) => `其哈希值是"${p.found}"，而文件中写的是"${p.said}"`,
  ),
  planInvalid: phrase(
    (p: { path: string; why: string }) =>
      `"${p.path}" is not a plan that this berth saved: ${p.why}`,
    (p) => `"${p.path}"不是由此 berth 保存的计划：${p.why}`,
  ),
  planInvalidRemedy: phrase(
    (p: { path: string }) => `Make it anew: berth up --dry-run --save-plan ${p.path}`,
    (p) => `请重新生成：berth up --dry-run --save-plan ${p.path}`,
  ),
  planMoved: phrase(
    (p: { step: string; before: string; now: string }) =>
      `${p.step} ("${p.before}" then, "${p.now}" now)`,
    (p) => `${p.step}（当时为"${p.before}"，现在为"${p.now}"）`,
  ),
  planStale: phrase(
    (p: { moved: string }) => `the host has changed since the plan was made: ${p.moved}`,
    (p) => `制定计划之后主机已发生变化：${p.moved}`,
  ),
  planStaleRemedy: text(
    'Look at a new plan with "berth up --dry-run", or run "berth up" without --plan.',
    '用 "berth up --dry-run" 查看新计划，或不带 --plan 执行 "berth up"。',
  ),

  // Applying and undoing.
  journalUnwritable: phrase(
    (p: { why: string }) => `the journal cannot be written: ${p.why}; nothing was changed`,
    (p) => `无法写入操作日志：${p.why}；没有做任何更改`,
  ),
  stepFailed: phrase(
    (p: { number: number; step: string }) => `step ${p.number}, ${p.step}, failed`,
    (p) => `第 ${p.number} 步（${p.step}）失败`,
  ),
  endUnrecorded: text('the end of the run cannot be recorded', '无法记录本次运行的结束'),
  allUndone: text('everything this run had done was undone', '本次运行所做的一切已撤销'),
  undoProblems: phrase(
    (p: { problems: string }) => `undoing left problems: ${p.problems}`,
    (p) => `撤销时遇到问题：${p.problems}`,
  ),
  failedThen: phrase(
    (p: { what: string; why: string; undone: string }) => `${p.what}: ${p.why}; ${p.undone}`,
    (p) => `${p.what}，原因：${p.why}；结果：${p.undone}`,
  ),
  stoppedThen: phrase(
    (p: { what: string; undone: string }) => `${p.what}; ${p.undone}`,
    (p) => `${p.what}；结果：${p.undone}`,
  ),
  tryDown: text(
    'Run "berth down": it tries again to undo what remains.',
    '请执行 "berth down"：它会再次尝试撤销剩余部分。',
  ),
  cutShort: text('an earlier run was cut short', '先前的运行中途中断'),
  recoveryProblems: phrase(
    (p: { problems: string }) => `undoing a run that was cut short left problems: ${p.problems}`,
    (p) => `撤销中断的运行时遇到问题：${p.problems}`,
  ),
  putRightThenDown: text(
    'Put right what the message names, then run "berth down".',
    '请解决消息中指出的问题，然后执行 "berth down"。',
  ),
  putRightThenAgain: text(
    'Put right what the message names, then run the command again.',
    '请解决消息中指出的问题，然后再次执行该命令。',
  ),
  makeRoom: text(
    'Make room on that file system ("df -h" and "df -i" show it), then run the command again.',
    '请在该文件系统上腾出空间（用 "df -h" 和 "df -i" 查看），然后再次执行该命令。',
  ),
  makeWritable: text(
    'Make that file system writable ("mount -o remount,rw"), then run the command again.',
    '请使该文件系统可写（"mount -o remount,rw"），然后再次执行该命令。',
  ),
  lookWhatForbids: text(
    'Look what forbids it ("lsattr", AppArmor or SELinux messages in "dmesg"), then run the command again.',
    '请查明是什么禁止了它（"lsattr"，或 "dmesg" 中 AppArmor、SELinux 的消息），然后再次执行该命令。',
  ),
  continuing: text('continuing a run that was cut short', '继续先前中断的运行'),
  undoing: phrase(
    (p: { reason: string }) => `undoing: ${p.reason}`,
    (p) => `正在撤销：${p.reason}`,
  ),
  undone: phrase(
    (p: { step: string }) => `undone: ${p.step}`,
    (p) => `已撤销：${p.step}`,
  ),
  undoneNote: phrase(
    (p: { step: string; note: string }) => `undone: ${p.step}; ${p.note}`,
    (p) => `已撤销：${p.step}；${p.note}`,
  ),
  kept: phrase(
    (p: { note: string }) => `kept: ${p.note}`,
    (p) => `保留：${p.note}`,
  ),
  notUndone: phrase(
    (p: { step: string; problem: string }) => `NOT undone: ${p.step}: ${p.problem}`,
    (p) => `未能撤销：${p.step}：${p.problem}`,
  ),

  // The journal and its lock.
  journalCorrupt: phrase(
    (p: { line: number; path: string }) =>
      `line ${p.line} of "${p.path}" is not a journal record; wanted only whole records before the last line`,
    (p) => `"${p.path}"的第 ${p.line} 行不是日志记录；最后一行之前应全部是完整记录`,
  ),
  journalCorruptRemedy: phrase(
    (p: { folder: string }) =>
      `Keep a copy of "${p.folder}" and report it: undoing by an incomplete journal could do harm.`,
    (p) => `请保留"${p.folder}"的副本并报告：按不完整的日志撤销可能造成损害。`,
  ),
  lockUntaken: phrase(
    (p: { path: string; why: string }) =>
      `the lock "${p.path}" cannot be taken: ${p.why}; nothing was changed`,
    (p) => `无法取得锁"${p.path}"：${p.why}；没有做任何更改`,
  ),
  lockUntakenRemedy: phrase(
    (p: { folder: string }) => `Make "${p.folder}" writable, then run the command again.`,
    (p) => `请使"${p.folder}"可写，然后再次执行该命令。`,
  ),
  anotherRuns: phrase(
    (p: { pid: number }) =>
      `another berth, process ${p.pid}, is changing this host; wanted to be the only one`,
    (p) => `另一个 berth（进程 ${p.pid}）正在更改本机；同一时间只能有一个`,
  ),
  anotherRunsRemedy: phrase(
    (p: { pid: number }) => `Wait until it has ended ("ps -fp ${p.pid}" shows it), then try again.`,
    (p) => `请等它结束（用 "ps -fp ${p.pid}" 查看），然后重试。`,
  ),

  // The host.
  commandFailed: phrase(
    (p: { command: string; status: number; said: string }) =>
      `"${p.command}" ended with status ${p.status}${p.said}; wanted 0`,
    (p) => `"${p.command}"以退出码 ${p.status} 结束${p.said}；应为 0`,
  ),
  commandFailedRemedy: phrase(
    (p: { command: string }) => `Run "${p.command}" by hand to see what it needs.`,
    (p) => `请手动执行"${p.command}"，查看它需要什么。`,
  ),
  notFile: phrase(
    (p: { path: string }) =>
      `"${p.path}" exists and is not a regular file; wanted a file or nothing there`,
    (p) => `"${p.path}"已存在且不是普通文件；此处应为文件或不存在`,
  ),
  notRoot: phrase(
    (p: { verb: string; uid: number }) =>
      `"berth ${p.verb}" was run by user id "${p.uid}"; wanted root (0), because it changes the host`,
    (p) => `"berth ${p.verb}"由用户 ID"${p.uid}"执行；需要 root（0），因为它会更改主机`,
  ),
  notRootRemedy: phrase(
    (p: { verb: string }) => `Run it with sudo: sudo berth ${p.verb}`,
    (p) => `请用 sudo 执行：sudo berth ${p.verb}`,
  ),

  // Questions.
  noTerminal: phrase(
    (p: { question: string }) => `there is no terminal to ask on: "${p.question}"; wanted --yes`,
    (p) => `没有可供提问的终端："${p.question}"；需要 --yes`,
  ),
  addYes: text(
    'Add --yes to the command if that is what you want.',
    '如果确实要这样做，请在命令中加上 --yes。',
  ),
  unanswered: text('the question was not answered', '问题没有得到回答'),
  answerBeforehand: text(
    'Run the command again, with --yes to answer it beforehand.',
    '请再次执行该命令，并用 --yes 预先回答。',
  ),
  runCutShort: phrase(
    (p: { begunAt: string }) =>
      `an earlier run, begun at "${p.begunAt}", was cut short; wanted it finished or undone first`,
    (p) => `较早的一次运行（开始于"${p.begunAt}"）被中断；需先完成或撤销它`,
  ),
  runCutShortRemedy: text(
    'Run "berth up" to finish it, or "berth down" to undo it, then try again.',
    '请运行 "berth up" 完成它，或运行 "berth down" 撤销它，然后重试。',
  ),
};
