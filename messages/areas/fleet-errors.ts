import { phrase, text } from '../message.ts';

/** Errors of `berth fleet`, and what to do about each. */
export const fleetErrorMessages = {
  noHosts: text(
    'no host was named; wanted hosts on the command line or a hosts file',
    '没有指定主机；应在命令行中指定主机或提供主机清单文件',
  ),
  noHostsRemedy: text(
    'For example: berth fleet up root@192.0.2.10, or: berth fleet up -i hosts.yaml',
    '例如：berth fleet up root@192.0.2.10，或：berth fleet up -i hosts.yaml',
  ),
  onlyUnknown: phrase(
    (p: { only: string; known: string }) =>
      `--only is "${p.only}", which no host has as name, label or group; there are: ${p.known}`,
    (p) => `--only 的值是"${p.only}"，没有主机以此为名称、标签或分组；现有：${p.known}`,
  ),
  onlyUnknownRemedy: text(
    'Correct --only, or give the host that label in the hosts file.',
    '更正 --only，或在主机清单中为主机添加该标签。',
  ),
  addressInvalid: phrase(
    (p: { text: string }) =>
      `"${p.text}" is not the address of a host; wanted user@host, ssh://user@host:port or a name from ~/.ssh/config`,
    (p) =>
      `"${p.text}"不是主机地址；应为 user@host、ssh://user@host:port 或 ~/.ssh/config 中的名称`,
  ),
  userInvalid: text(
    'wanted the name of a user: letters, digits and _ . @ $ \\ + -, the first of them a letter, a digit or _',
    '应为用户名：由字母、数字和 _ . @ $ \\ + - 组成，且以字母、数字或 _ 开头',
  ),
  addressRemedy: text(
    'Write an address as for ssh(1), a port only in the form ssh://user@host:port.',
    '请按 ssh(1) 的格式书写地址，端口只能写成 ssh://user@host:port 的形式。',
  ),
  portInvalid: phrase(
    (p: { text: string }) => `the port in "${p.text}" is not one; wanted a number from 1 to 65535`,
    (p) => `"${p.text}"中的端口无效；应为 1 到 65535 之间的数字`,
  ),
  duplicateName: phrase(
    (p: { name: string }) => `the host "${p.name}" is named twice; wanted each host once`,
    (p) => `主机"${p.name}"出现了两次；每台主机只应出现一次`,
  ),
  duplicateAddress: phrase(
    (p: { name: string; other: string; address: string }) =>
      `the hosts "${p.name}" and "${p.other}" have the same address "${p.address}"; wanted each host once`,
    (p) => `主机"${p.name}"和"${p.other}"的地址同为"${p.address}"；每台主机只应出现一次`,
  ),
  duplicateRemedy: text('Remove one of the two.', '请删除其中一个。'),
  fileMissing: phrase(
    (p: { path: string; why: string }) => `the hosts file "${p.path}" cannot be read: ${p.why}`,
    (p) => `无法读取主机清单"${p.path}"：${p.why}`,
  ),
  fileMissingRemedy: text(
    'Name a file that is there: -i hosts.yaml',
    '请指定存在的文件：-i hosts.yaml',
  ),
  fileInvalid: phrase(
    (p: { path: string; problems: string }) =>
      `the hosts file "${p.path}" is not right:\n${p.problems}`,
    (p) => `主机清单"${p.path}"有误：\n${p.problems}`,
  ),
  fileInvalidRemedy: text(
    'Correct the lines that are named; docs/fleet.md shows the form.',
    '请更正所指出的各行；格式见 docs/fleet.md。',
  ),
  problemAt: phrase(
    (p: { line: number; column: number; where: string; problem: string }) =>
      `  line ${p.line}, column ${p.column}${p.where === '' ? '' : ` (${p.where})`}: ${p.problem}`,
    (p) =>
      `  第 ${p.line} 行第 ${p.column} 列${p.where === '' ? '' : `（${p.where}）`}：${p.problem}`,
  ),
  hostForm: text(
    'wanted an address such as user@host, or a mapping with "address"',
    '应为 user@host 之类的地址，或带有 "address" 的映射',
  ),
  upOptionUnknown: phrase(
    (p: { name: string; known: string }) =>
      `"${p.name}" is not an option of "berth up" that a fleet may set; there are: ${p.known}`,
    (p) => `"${p.name}"不是 fleet 可设置的 "berth up" 选项；可用：${p.known}`,
  ),
  upOptionNoValue: phrase(
    (p: { name: string }) => `"${p.name}" has no value; wanted one`,
    (p) => `"${p.name}"没有值；应有一个值`,
  ),
  upOptionFlag: phrase(
    (p: { name: string; value: string }) => `"${p.name}" is "${p.value}"; wanted true or false`,
    (p) => `"${p.name}"的值是"${p.value}"；应为 true 或 false`,
  ),
  upOptionList: phrase(
    (p: { name: string }) => `"${p.name}" is a list and can be given only once; wanted one value`,
    (p) => `"${p.name}"是列表，但该选项只能出现一次；应为单个值`,
  ),
  upOptionRemedy: text('See "berth up --help".', '参见 "berth up --help"。'),
  numberInvalid: phrase(
    (p: { option: string; text: string }) =>
      `${p.option} is "${p.text}"; wanted a whole number of at least 1`,
    (p) => `${p.option} 的值是"${p.text}"；应为不小于 1 的整数`,
  ),
  numberRemedy: phrase(
    (p: { option: string }) => `For example: ${p.option} 5`,
    (p) => `例如：${p.option} 5`,
  ),
  durationInvalid: phrase(
    (p: { option: string; text: string }) =>
      `${p.option} is "${p.text}"; wanted a time such as 90s, 30m or 2h`,
    (p) => `${p.option} 的值是"${p.text}"；应为 90s、30m、2h 这样的时间`,
  ),
  durationRemedy: phrase(
    (p: { option: string }) => `For example: ${p.option} 30m`,
    (p) => `例如：${p.option} 30m`,
  ),
  optionOfOther: phrase(
    (p: { option: string; action: string }) => `${p.option} is for "fleet ${p.action}" only`,
    (p) => `${p.option} 只能用于 "fleet ${p.action}"`,
  ),
  optionOfOtherRemedy: phrase(
    (p: { option: string }) => `Leave out ${p.option}.`,
    (p) => `请去掉 ${p.option}。`,
  ),

  sshMissing: text(
    'the program "ssh" was not found; wanted OpenSSH\'s client',
    '没有找到程序 "ssh"；需要 OpenSSH 客户端',
  ),
  sshMissingRemedy: text(
    'Install it here: openssh-client on Debian and Ubuntu, openssh-clients on Fedora and RHEL.',
    '请在本机安装：Debian 和 Ubuntu 为 openssh-client，Fedora 和 RHEL 为 openssh-clients。',
  ),
  keyUnknown: phrase(
    (p: { name: string; key: string }) =>
      `"${p.name}" showed the key ${p.key}, which no known_hosts file has; wanted a known key`,
    (p) => `"${p.name}"出示的密钥 ${p.key} 不在任何 known_hosts 文件中；应为已知密钥`,
  ),
  keyUnknownRemedy: phrase(
    (p: { name: string }) =>
      `Compare that fingerprint with the host's own ("ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" there), then connect once with ssh to store it; or, if you trust the network, add --accept-new-host-keys ("${p.name}").`,
    (p) =>
      `请与主机自身的指纹核对（在主机上运行 "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"），然后用 ssh 连接一次以保存；若信任网络，可加 --accept-new-host-keys（"${p.name}"）。`,
  ),
  keyChanged: phrase(
    (p: { name: string; key: string; stored: string }) =>
      `"${p.name}" showed the key ${p.key}, which is not the one stored${p.stored === '' ? '' : ` in ${p.stored}`}: someone may be in between, or the host was installed anew`,
    (p) =>
      `"${p.name}"出示的密钥 ${p.key} 与${p.stored === '' ? '' : ` ${p.stored} 中`}保存的不同：可能有人在中间截听，也可能主机已重装`,
  ),
  keyChangedRemedy: phrase(
    (p: { command: string }) =>
      `Find out why it changed. Only if the host was installed anew, remove the old key: ${p.command}`,
    (p) => `请查明密钥变化的原因。确认主机已重装后，再删除旧密钥：${p.command}`,
  ),
  loginRefused: phrase(
    (p: { said: string }) => `the host accepted no key: ${p.said}`,
    (p) => `主机不接受任何密钥：${p.said}`,
  ),
  loginRefusedRemedy: phrase(
    (p: { target: string }) =>
      `Make "ssh -o BatchMode=yes ${p.target} true" work: load the key into ssh-agent, or copy it with ssh-copy-id.`,
    (p) =>
      `请先让 "ssh -o BatchMode=yes ${p.target} true" 成功：将密钥加载到 ssh-agent，或用 ssh-copy-id 复制密钥。`,
  ),
  unreachable: phrase(
    (p: { said: string }) => `no connection: ${p.said}`,
    (p) => `无法连接：${p.said}`,
  ),
  unreachableRemedy: phrase(
    (p: { target: string }) => `Try by hand: ssh ${p.target}`,
    (p) => `请手动尝试：ssh ${p.target}`,
  ),
  sshSilent: text('ssh ended without a word', 'ssh 没有任何输出就结束了'),
  connectSlow: phrase(
    (p: { seconds: number }) => `nothing within ${p.seconds} s`,
    (p) => `${p.seconds} 秒内没有响应`,
  ),
  connectionLost: phrase(
    (p: { doing: string; said: string }) =>
      `the connection was lost while ${p.doing}${p.said === '' ? '' : `: ${p.said}`}`,
    (p) => `连接中断，当时${p.doing}${p.said === '' ? '' : `：${p.said}`}`,
  ),
  connectionLostRemedy: text(
    'Run the same command again: it goes on with what is there. A run that was cut short on the host is undone or continued then.',
    '请再次运行同一命令：它会接着已有的部分继续。主机上被中断的运行届时会被撤销或继续。',
  ),

  sudoMissing: phrase(
    (p: { user: string }) =>
      `the user "${p.user}" is not root, and the host has no sudo; wanted root`,
    (p) => `用户"${p.user}"不是 root，且主机上没有 sudo；需要 root`,
  ),
  sudoMissingRemedy: text(
    'Connect as root, or install sudo there and let this user become root.',
    '请以 root 连接，或在主机上安装 sudo 并允许该用户成为 root。',
  ),
  sudoNeeded: phrase(
    (p: { user: string; said: string }) =>
      `"${p.user}" does not become root without a password${p.said === '' ? '' : `: ${p.said}`}`,
    (p) => `"${p.user}"不输入密码无法成为 root${p.said === '' ? '' : `：${p.said}`}`,
  ),
  sudoNeededRemedy: phrase(
    (p: { user: string }) =>
      `Add --ask-sudo-password or set BERTH_SUDO_PASSWORD; if "${p.user}" has no right to sudo there, connect as one who has.`,
    (p) =>
      `请加 --ask-sudo-password 或设置 BERTH_SUDO_PASSWORD；若"${p.user}"在该主机上没有 sudo 权限，请换用有权限的用户连接。`,
  ),
  sudoRefused: phrase(
    (p: { user: string; said: string }) =>
      `sudo refuses "${p.user}" with the password given${p.said === '' ? '' : `: ${p.said}`}`,
    (p) => `sudo 拒绝了"${p.user}"及所给密码${p.said === '' ? '' : `：${p.said}`}`,
  ),
  sudoRefusedRemedy: phrase(
    (p: { user: string }) =>
      `Check the password, and on the host what "${p.user}" may do: sudo -l -U ${p.user}`,
    (p) => `请检查密码，并在主机上查看"${p.user}"的权限：sudo -l -U ${p.user}`,
  ),
  passwordFile: phrase(
    (p: { path: string; why: string }) =>
      `the file "${p.path}" with the password cannot be used: ${p.why}`,
    (p) => `无法使用密码文件"${p.path}"：${p.why}`,
  ),
  passwordFileOpen: phrase(
    (p: { mode: string }) => `its mode is ${p.mode}, so others may read it; wanted 0600`,
    (p) => `其权限为 ${p.mode}，其他人可以读取；应为 0600`,
  ),
  passwordEmpty: text('its first line is empty', '首行为空'),
  passwordFileRemedy: phrase(
    (p: { path: string }) => `Write the password into its first line, and: chmod 600 ${p.path}`,
    (p) => `请把密码写在首行，并执行：chmod 600 ${p.path}`,
  ),
  noTerminalToAsk: text('there is no terminal to ask for a password on', '没有终端可用于询问密码'),
  noTerminalRemedy: text(
    'Set BERTH_SUDO_PASSWORD, or use --sudo-password-file.',
    '请设置 BERTH_SUDO_PASSWORD，或使用 --sudo-password-file。',
  ),

  archUnsupported: phrase(
    (p: { arch: string }) => `the processor is "${p.arch}"; wanted x86_64 or aarch64`,
    (p) => `处理器是"${p.arch}"；应为 x86_64 或 aarch64`,
  ),
  archUnsupportedRemedy: text(
    'Leave this host out: berth runs on 64-bit x86 and ARM only.',
    '请排除该主机：berth 只支持 64 位 x86 和 ARM。',
  ),
  archNoBundle: phrase(
    (p: { arch: string; given: string }) =>
      `the processor is ${p.arch}, and --bundle names only: ${p.given}`,
    (p) => `处理器是 ${p.arch}，而 --bundle 只指定了：${p.given}`,
  ),
  archNoBundleRemedy: phrase(
    (p: { arch: string }) => `Make one ("berth bundle --arch ${p.arch}") and add another --bundle.`,
    (p) => `请制作一个（"berth bundle --arch ${p.arch}"）并再加一个 --bundle。`,
  ),
  bundleInvalid: phrase(
    (p: { path: string; why: string }) => `"${p.path}" is no bundle of berth: ${p.why}`,
    (p) => `"${p.path}"不是 berth 安装包：${p.why}`,
  ),
  bundleWithoutProgram: text('it has no bin/berth', '其中没有 bin/berth'),
  bundleName: text(
    'its name should end like berth-1.2.3-linux-x64.tar.gz',
    '文件名应形如 berth-1.2.3-linux-x64.tar.gz',
  ),
  bundleTwice: phrase(
    (p: { arch: string }) => `another one for ${p.arch} was given already`,
    (p) => `已经指定了另一个 ${p.arch} 的安装包`,
  ),
  bundleInvalidRemedy: text('Make one with: berth bundle', '请用 berth bundle 制作一个。'),
  noRoom: phrase(
    (p: { folder: string; free: string; wanted: string }) =>
      `${p.folder} has ${p.free} free; wanted ${p.wanted} for the bundle`,
    (p) => `${p.folder} 剩余 ${p.free}；安装包需要 ${p.wanted}`,
  ),
  noRoomRemedy: text(
    'Make room there; nothing was copied.',
    '请在该处腾出空间；尚未复制任何内容。',
  ),
  toolMissing: phrase(
    (p: { tools: string }) => `the host lacks what receiving the bundle needs: ${p.tools}`,
    (p) => `主机缺少接收安装包所需的程序：${p.tools}`,
  ),
  toolMissingRemedy: phrase(
    (p: { tools: string }) => `Install on the host: ${p.tools}`,
    (p) => `请在主机上安装：${p.tools}`,
  ),
  digestDiffers: phrase(
    (p: { digest: string }) =>
      `the bundle on the host is not what was sent; wanted the digest ${p.digest}`,
    (p) => `主机上的安装包与发送的不一致；应有摘要 ${p.digest}`,
  ),
  unpackFailed: phrase(
    (p: { said: string }) => `the bundle could not be unpacked: ${p.said}`,
    (p) => `无法解压安装包：${p.said}`,
  ),
  writeFailed: phrase(
    (p: { said: string }) => `the bundle could not be written: ${p.said}`,
    (p) => `无法写入安装包：${p.said}`,
  ),
  copyRemedy: text(
    'Look at the log of this host, then run the same command again.',
    '请查看该主机的日志，然后再次运行同一命令。',
  ),
  remoteFailed: phrase(
    (p: { doing: string; status: number; said: string }) =>
      `${p.doing}: ended with status ${p.status}${p.said === '' ? '' : `: ${p.said}`}`,
    (p) => `${p.doing}：以退出码 ${p.status} 结束${p.said === '' ? '' : `：${p.said}`}`,
  ),
  remoteRemedy: text('Look at the log of this host.', '请查看该主机的日志。'),
  outputInvalid: phrase(
    (p: { status: number; said: string }) =>
      `berth on the host ended with status ${p.status} and printed no JSON: ${p.said}`,
    (p) => `主机上的 berth 以退出码 ${p.status} 结束，且没有输出 JSON：${p.said}`,
  ),
  checksFailed: phrase(
    (p: { checks: string }) => `checks that fail: ${p.checks}`,
    (p) => `失败的检查：${p.checks}`,
  ),
  checksFailedRemedy: text(
    'See the findings in the log of this host, or run "berth check" there.',
    '请在该主机的日志中查看结果，或在主机上运行 "berth check"。',
  ),
  timeout: phrase(
    (p: { seconds: number; doing: string }) => `not done within ${p.seconds} s, was: ${p.doing}`,
    (p) => `未能在 ${p.seconds} 秒内完成，当时：${p.doing}`,
  ),
  timeoutRemedy: text(
    'Look at the host, or give it more time with --timeout.',
    '请查看主机，或用 --timeout 给予更多时间。',
  ),
  interrupted: text('asked to stop', '被要求停止'),
  interruptedRemedy: text(
    'Run the same command again: hosts that are done stay as they are.',
    '请再次运行同一命令：已完成的主机保持不变。',
  ),
};
