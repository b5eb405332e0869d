import { phrase, text } from '../message.ts';

/** `berth report`: its options, its end, its errors, and notes about what could not be gathered. */
export const reportMessages = {
  summary: text('gather what is needed to find out what is wrong', '收集排查问题所需的信息'),
  optionOutput: text(
    'where the archive goes, "-" for standard output (default: berth-report-HOST-TIME.tar.gz)',
    '归档文件的位置，"-" 表示标准输出（默认：berth-report-主机名-时间.tar.gz）',
  ),
  optionJson: text(
    'print report.json; an archive is written only with --output',
    '输出 report.json；只有同时给出 --output 才写归档文件',
  ),
  optionNoLogs: text(
    'leave out the logs of engine, containers and kernel',
    '不收集引擎、容器和内核的日志',
  ),
  optionSince: text(
    'logs no older than this, such as 90m, 36h, 7d',
    '日志的时间范围，例如 90m、36h、7d',
  ),
  helpAfter: text(
    'Passwords, tokens and keys are taken out before anything is written. Look through report.html before you pass it on.',
    '密码、令牌和密钥在写入之前就已去除。转交之前请先查看 report.html。',
  ),
  gathering: text('Gathering evidence; this takes some seconds ...', '正在收集信息，需要几秒钟……'),
  written: phrase(
    (p: { path: string; size: string }) => `The report is in "${p.path}" (${p.size}).`,
    (p) => `报告已写入"${p.path}"（${p.size}）。`,
  ),
  openPage: text(
    'Unpack it and open report.html: findings come first.',
    '解压后打开 report.html：最前面是发现的问题。',
  ),
  counted: phrase(
    (p: { fail: number; warn: number }) => `Found: ${p.fail} failures, ${p.warn} warnings.`,
    (p) => `发现：${p.fail} 个故障，${p.warn} 个警告。`,
  ),
  redacted: phrase(
    (p: { count: number }) => `Taken out because it looked secret: ${p.count} values.`,
    (p) => `疑似敏感信息，已去除：${p.count} 处。`,
  ),
  notRoot: text(
    'This was not run as root, so much is missing; run it with sudo for all of it.',
    '未以 root 身份运行，因此缺少许多信息；请用 sudo 运行以获得全部内容。',
  ),
  lookThrough: text('Look through it before you pass it on.', '转交之前请先查看内容。'),
  sinceInvalid: phrase(
    (p: { value: string }) =>
      `--since is "${p.value}"; wanted a duration such as 90m, 36h, 7d or 1h30m`,
    (p) => `--since 的值是"${p.value}"；应为时长，例如 90m、36h、7d 或 1h30m`,
  ),
  sinceInvalidRemedy: text(
    'For example: berth report --since 24h',
    '例如：berth report --since 24h',
  ),
  outputTwice: text(
    '--json and "--output -" both want standard output; wanted one of them',
    '--json 和 "--output -" 都要使用标准输出；只能选其一',
  ),
  outputTwiceRemedy: text(
    'Name a file: berth report --json --output report.tar.gz',
    '请指定文件：berth report --json --output report.tar.gz',
  ),
  outputIsTerminal: text(
    'standard output is a terminal; wanted a file or a program for the archive',
    '标准输出是终端；归档需要写入文件或交给其他程序',
  ),
  outputIsTerminalRemedy: text(
    'Redirect it, or leave out "--output -" to have a file.',
    '请重定向输出，或去掉 "--output -" 以写入文件。',
  ),
  notWritten: phrase(
    (p: { path: string; why: string }) =>
      `"${p.path}" cannot be written (${p.why}); nothing of it is left`,
    (p) => `无法写入"${p.path}"（${p.why}）；没有留下任何残余`,
  ),
  notWrittenRemedy: text(
    'Name a file on a disk with room, or pipe it to another host: berth report -o - | ssh HOST "cat > report.tar.gz"',
    '请指定空间足够的磁盘上的文件，或传到另一台主机：berth report -o - | ssh HOST "cat > report.tar.gz"',
  ),
  needsRoot: text('only root may read it', '只有 root 可以读取'),
  programMissing: phrase(
    (p: { program: string }) => `"${p.program}" is not installed`,
    (p) => `没有安装"${p.program}"`,
  ),
  programHangs: phrase(
    (p: { command: string }) => `"${p.command}" did not end in time and was stopped`,
    (p) => `"${p.command}"没有按时结束，已被终止`,
  ),
  programFailed: phrase(
    (p: { command: string; exitCode: number; said: string }) =>
      `"${p.command}" ended with status ${p.exitCode}: ${p.said}`,
    (p) => `"${p.command}"以退出码 ${p.exitCode} 结束：${p.said}`,
  ),
  fileUnreadable: phrase(
    (p: { path: string; why: string }) => `"${p.path}" could not be read: ${p.why}`,
    (p) => `无法读取"${p.path}"：${p.why}`,
  ),
  askFailed: phrase(
    (p: { what: string; why: string }) => `the engine did not tell ${p.what}: ${p.why}`,
    (p) => `引擎没有给出 ${p.what}：${p.why}`,
  ),
  streamBroken: phrase(
    (p: { name: string; why: string }) => `"${p.name}" is not complete: ${p.why}`,
    (p) => `"${p.name}"不完整：${p.why}`,
  ),
  readLimit: phrase(
    (p: { name: string; mebibytes: number }) =>
      `"${p.name}" was read for ${p.mebibytes} MiB only; it goes on`,
    (p) => `"${p.name}"只读取了 ${p.mebibytes} MiB，后面还有内容`,
  ),
  collectorFull: phrase(
    (p: { name: string }) => `"${p.name}" was left out: this part of the report is full`,
    (p) => `"${p.name}"已略去：报告的这一部分已满`,
  ),
  reportFull: phrase(
    (p: { name: string }) => `"${p.name}" was left out: the report is full`,
    (p) => `"${p.name}"已略去：报告已满`,
  ),
  timeOver: phrase(
    (p: { seconds: string }) =>
      `stopped after ${p.seconds} s; what was gathered until then is here`,
    (p) => `${p.seconds} 秒后停止；此前收集到的内容仍在`,
  ),
  collectorFailed: phrase(
    (p: { why: string }) => `ended with an error: ${p.why}`,
    (p) => `因错误而结束：${p.why}`,
  ),
  logsOmitted: text('left out: --no-logs', '已略去：--no-logs'),
  containersLimited: phrase(
    (p: { shown: number; total: number }) =>
      `the ${p.shown} newest of ${p.total} containers are shown in detail`,
    (p) => `共 ${p.total} 个容器，只详细列出最新的 ${p.shown} 个`,
  ),
  fromDisk: text(
    'the engine does not answer; this is from its files on the disk',
    '引擎没有应答；以下内容来自磁盘上的文件',
  ),
  notSetUp: text('berth has not set this host up', 'berth 尚未配置这台主机'),

  // What the engine answered
  engineAnswered: phrase(
    (p: { status: number; target: string }) => `the engine answered ${p.status} to GET ${p.target}`,
    (p) => `引擎对 GET ${p.target} 的应答是 ${p.status}`,
  ),
  engineAnsweredNoJson: phrase(
    (p: { answered: string; target: string }) =>
      `the engine answered ${p.answered} to GET ${p.target}, wanted JSON`,
    (p) => `引擎对 GET ${p.target} 的应答是${p.answered}；应为 JSON`,
  ),
  engineMoreThan: phrase(
    (p: { bytes: number }) => `more than ${p.bytes} bytes`,
    (p) => `超过 ${p.bytes} 字节的内容`,
  ),
};
