import { phrase, text } from '../message.ts';

/** What `berth mirrors` and `berth up --mirror` say. */
export const mirrorMessages = {
  summary: text(
    'list, test, rank and use mirrors of packages and registries',
    '列出、测试、排名和使用软件包与镜像仓库的镜像源',
  ),
  actionHelp: text(
    'list: the catalogue; test: what each named mirror serves; rank: all of them, the best first; use: take one; status: what pulls have measured; reset: forget that',
    'list：目录；test：测试指定的镜像站；rank：全部排名，最佳在前；use：使用其中一个；status：拉取镜像时的实测数据；reset：清除这些数据',
  ),
  namesHelp: text(
    'names of the catalogue or URLs; with use: also "auto" and "upstream"',
    '目录中的名称或 URL；与 use 一起还可用 "auto" 和 "upstream"',
  ),
  registryHelp: text('only mirrors of Docker Hub', '仅限 Docker Hub 加速器'),
  packagesHelp: text('only mirrors of packages (docker-ce)', '仅限软件包镜像站（docker-ce）'),
  catalogueHelp: text(
    'a catalogue of your own, in YAML or JSON (default: /etc/berth/mirrors.yaml, else the one of berth)',
    '自备的目录文件，YAML 或 JSON 格式（默认为 /etc/berth/mirrors.yaml，否则用 berth 自带的目录）',
  ),
  freshHelp: text('test again, even if that was done lately', '重新测试，即使不久前刚测过'),
  allHelp: text(
    'rank also those that are known to be closed, and give every one its time',
    '连已知关闭的也参与排名，并给每一个足够的时间',
  ),
  timeoutHelp: text('time for all tests together, in seconds', '全部测试的总时限，单位为秒'),
  imageHelp: text('the image that registries are asked for', '向镜像仓库请求的测试镜像'),
  keyHelp: text(
    "fingerprint of the key of packages, in the place of Docker's own; can be repeated",
    '软件包密钥的指纹，代替 Docker 自己的密钥；可重复',
  ),
  jsonHelp: text('print the result as JSON, and nothing else', '仅以 JSON 格式输出结果'),
  yesHelp: text('with use: ask nothing', '与 use 一起：不再询问'),
  dryRunHelp: text(
    'with use: show what would be changed, and change nothing',
    '与 use 一起：只显示将作的更改，不作任何更改',
  ),
  forceHelp: text(
    'with use: take it even if it fails its test',
    '与 use 一起：即使测试未通过也使用',
  ),
  hostHelp: text(
    "with status and reset: the daemon's socket",
    '与 status 和 reset 一起：守护进程的套接字',
  ),
  upMirrorHelp: text(
    'mirror of Docker Hub and of packages: auto, a name of "berth mirrors list", or a URL; with registry= or packages= before it for one of both; can be repeated',
    'Docker Hub 与软件包的镜像源：auto、"berth mirrors list" 中的名称，或 URL；前面加 registry= 或 packages= 则只用于其中之一；可重复',
  ),

  imageInvalid: phrase(
    (p: { image: string }) =>
      `--image is "${p.image}"; wanted an image of Docker Hub such as "busybox:latest"`,
    (p) => `--image 的值是"${p.image}"；应为 Docker Hub 上的镜像，例如"busybox:latest"`,
  ),
  imageInvalidRemedy: text(
    'Name a small public image that the mirrors are likely to have.',
    '请指定各镜像站很可能都有的小型公开镜像。',
  ),
  timeoutInvalid: phrase(
    (p: { value: string }) => `--timeout is "${p.value}"; wanted seconds from 1 to 600`,
    (p) => `--timeout 的值是"${p.value}"；应为 1 到 600 秒`,
  ),
  timeoutInvalidRemedy: text('For example: --timeout 10', '例如：--timeout 10'),
  namesMissing: phrase(
    (p: { action: string }) => `"berth mirrors ${p.action}" names no mirror; wanted at least one`,
    (p) => `"berth mirrors ${p.action}" 没有指定镜像站；至少应指定一个`,
  ),
  namesTooMany: phrase(
    (p: { action: string; count: number }) =>
      `"berth mirrors ${p.action}" was given ${p.count} names; wanted fewer`,
    (p) => `"berth mirrors ${p.action}" 得到了 ${p.count} 个名称；数量过多`,
  ),
  usageRemedy: text('See "berth mirrors --help".', '参见 "berth mirrors --help"。'),
  kindsContradict: text(
    '--registry and --packages were both given; wanted one of them, or none for both',
    '同时给出了 --registry 和 --packages；应只给其一，都不给则两者都包括',
  ),

  catalogueInvalid: phrase(
    (p: { path: string; problems: string }) =>
      `the catalogue of mirrors "${p.path}" cannot be used: ${p.problems}`,
    (p) => `镜像站目录"${p.path}"无法使用：${p.problems}`,
  ),
  catalogueInvalidRemedy: text(
    'Correct these lines. "berth mirrors list --json" prints a catalogue that is right.',
    '请更正这些行。"berth mirrors list --json" 可输出一份正确的目录。',
  ),
  catalogueUnreadableRemedy: text(
    'Name a file that is there and can be read; without --catalogue berth uses its own catalogue.',
    '请指定一个存在且可读的文件；不加 --catalogue 时使用 berth 自带的目录。',
  ),
  atLine: phrase(
    (p: { line: number; problem: string }) => `line ${p.line}: ${p.problem}`,
    (p) => `第 ${p.line} 行：${p.problem}`,
  ),
  catalogueTwice: phrase(
    (p: { name: string }) => `"${p.name}" is there twice`,
    (p) => `"${p.name}"出现了两次`,
  ),
  unknown: phrase(
    (p: { name: string; near: string }) =>
      `"${p.name}" is neither a mirror of the catalogue nor a URL${p.near === '' ? '' : `; did you mean "${p.near}"?`}`,
    (p) =>
      `"${p.name}"既不是目录中的镜像站，也不是 URL${p.near === '' ? '' : `；是否想输入"${p.near}"？`}`,
  ),
  unknownRemedy: text(
    'See "berth mirrors list" for the names, or give a URL that begins with https:// or http://.',
    '名称见 "berth mirrors list"；也可给出以 https:// 或 http:// 开头的 URL。',
  ),
  notAskable: phrase(
    (p: { name: string; host: string }) =>
      `"${p.name}" has another address for each account ("${p.host}"); wanted the URL of yours`,
    (p) => `"${p.name}"的每个账号有各自的地址（"${p.host}"）；请给出您自己的 URL`,
  ),
  notAskableRemedy: text(
    "Copy it from the operator's console: berth mirrors use https://...",
    '请从运营方的控制台复制：berth mirrors use https://...',
  ),
  wishTwice: phrase(
    (p: { kind: string }) => `--mirror was given twice for ${p.kind}; wanted it once`,
    (p) => `--mirror 对 ${p.kind} 给出了两次；应只给一次`,
  ),
  unusable: phrase(
    (p: { name: string; why: string }) => `the mirror "${p.name}" cannot be used: ${p.why}`,
    (p) => `镜像站"${p.name}"无法使用：${p.why}`,
  ),
  unusableRemedy: text(
    'Let berth choose with "auto", or see "berth mirrors rank" for those that work.',
    '可用 "auto" 让 berth 选择，或用 "berth mirrors rank" 查看可用的镜像站。',
  ),

  useNothing: phrase(
    (p: { path: string }) => `there is no "${p.path}": berth is not set up on this host`,
    (p) => `没有"${p.path}"：本机尚未配置 berth`,
  ),
  useNothingRemedy: text(
    'Set berth up with the mirror: berth up --mirror NAME',
    '请在配置 berth 时指定镜像站：berth up --mirror 名称',
  ),
  usePackagesDone: phrase(
    (p: { root: string }) =>
      `The docker-ce repository now comes from ${p.root}; "berth down" undoes this.`,
    (p) => `docker-ce 软件源现在来自 ${p.root}；"berth down" 可撤销此更改。`,
  ),
  usePackagesNothing: text(
    'this host has no docker-ce repository that berth has set up',
    '本机没有由 berth 配置的 docker-ce 软件源',
  ),
  usePackagesNothingRemedy: text(
    'Set it up with the mirror: berth up --with-docker-cli --mirror packages=NAME',
    '请在配置时指定镜像站：berth up --with-docker-cli --mirror packages=名称',
  ),
  daemonAway: text('the engine did not come back', '引擎没有恢复运行'),
  useQuestion: phrase(
    (p: { path: string }) => `Change "${p.path}" and let the engine take it?`,
    (p) => `修改"${p.path}"并让引擎应用新配置？`,
  ),
  useDeclined: text('Nothing was changed.', '未作任何更改。'),
  useUnchanged: text('Nothing to change: it is so already.', '无需更改：已经如此。'),
  useDone: phrase(
    (p: { mirrors: string; backup: string }) =>
      `The engine now asks ${p.mirrors} first. "${p.backup}" has the file as it was; "berth down" undoes this.`,
    (p) => `引擎现在优先使用 ${p.mirrors}。原文件保存在"${p.backup}"；"berth down" 可撤销此更改。`,
  ),
  useUpstreamDone: phrase(
    (p: { backup: string }) =>
      `The engine now asks Docker Hub itself. "${p.backup}" has the file as it was; "berth down" undoes this.`,
    (p) => `引擎现在直接使用 Docker Hub。原文件保存在"${p.backup}"；"berth down" 可撤销此更改。`,
  ),

  chosen: phrase(
    (p: { kind: string; names: string }) => `mirror of ${p.kind}: ${p.names}`,
    (p) => `${p.kind}镜像源：${p.names}`,
  ),
  kept: phrase(
    (p: { url: string }) => `mirror of Docker Hub: ${p.url}, as before: it passed its test`,
    (p) => `Docker Hub 镜像源：沿用 ${p.url}，已通过测试`,
  ),
  upstreamBest: phrase(
    (p: { kind: string; url: string }) =>
      `no mirror of ${p.kind} is needed: ${p.url} itself is the best of those tested`,
    (p) => `无需${p.kind}镜像源：${p.url} 本身就是测试中最佳的`,
  ),
  noneWorks: phrase(
    (p: { kind: string; count: number; url: string }) =>
      `warning: none of ${p.count} mirrors of ${p.kind} works from here; going on with ${p.url}, which did not pass its test either`,
    (p) => `警告：${p.count} 个${p.kind}镜像源在本机均不可用；继续使用 ${p.url}，但它也未通过测试`,
  ),
  noneWorksUpstream: phrase(
    (p: { kind: string; count: number; url: string }) =>
      `none of ${p.count} mirrors of ${p.kind} works from here; going on with ${p.url}, which does`,
    (p) => `${p.count} 个${p.kind}镜像源在本机均不可用；继续使用可用的 ${p.url}`,
  ),
  lacksImage: phrase(
    (p: { url: string; image: string }) =>
      `${p.url} answers as a registry and does not have ${p.image}; it is used all the same, because it was named`,
    (p) => `${p.url} 是镜像仓库，但没有 ${p.image}；因为是明确指定的，仍然使用它`,
  ),
  forced: phrase(
    (p: { url: string; why: string }) => `warning: ${p.url} failed its test: ${p.why}`,
    (p) => `警告：${p.url} 未通过测试：${p.why}`,
  ),
  kindRegistry: text('Docker Hub', 'Docker Hub 仓库'),
  kindPackages: text('packages', '软件包'),

  headRank: text('RANK', '名次'),
  headName: text('NAME', '名称'),
  headKind: text('KIND', '类型'),
  headUrl: text('URL', '地址'),
  headOperator: text('OPERATOR', '运营方'),
  headRestriction: text('FOR', '适用'),
  headState: text('LAST KNOWN', '已知状态'),
  headTested: text('TESTED', '测试结果'),
  headStanding: text('STANDING', '状况'),
  headFirstByte: text('FIRST BYTE', '首字节'),
  headThroughput: text('THROUGHPUT', '吞吐量'),
  headMade: text('INDEX OF', '索引时间'),
  headWhy: text('WHY', '原因'),
  fromCache: phrase(
    (p: { age: string }) => `Tested ${p.age} ago; --fresh tests again.`,
    (p) => `测试于 ${p.age} 前；--fresh 可重新测试。`,
  ),
  catalogueLine: phrase(
    (p: { source: string; date: string }) => `Catalogue: ${p.source}, collected ${p.date}.`,
    (p) => `目录：${p.source}，收集于 ${p.date}。`,
  ),
  catalogueOwn: text("berth's own", 'berth 自带'),
  noPackagesHere: text(
    'Mirrors of packages are left out: Docker has no packages for this distribution.',
    '未包括软件包镜像站：Docker 没有适用于此发行版的软件包。',
  ),

  restrictionNone: text('everyone', '所有人'),
  restrictionCloud: text("hosts of the operator's cloud", '运营方云内主机'),
  restrictionChina: text('China', '中国境内'),
  restrictionAllowList: text('images on its list', '白名单内的镜像'),
  restrictionCampus: text('its campus', '校园网内'),
  restrictionAccount: text('its account', '账号所有者'),
  stateListed: text('listed', '在列'),
  stateRestricted: text('restricted', '受限'),
  stateUnreachable: text('unreachable', '不可达'),
  stateClosed: text('closed', '已关闭'),

  standingGood: text('good', '良好'),
  standingSlow: text('slow', '缓慢'),
  standingBehind: text('behind', '滞后'),
  standingPartial: text('incomplete', '不完整'),
  standingLimited: text('throttled', '限流'),
  standingRefused: text('refuses', '拒绝'),
  standingSilent: text('silent', '无响应'),
  standingDead: text('dead', '不可达'),
  standingNoMirror: text('no mirror', '非镜像站'),
  standingWrong: text('WRONG', '内容错误'),

  partKey: text('the key', '密钥'),
  partIndex: text('the index', '索引'),
  partPackageList: text('the list of packages', '软件包列表'),
  partPackage: text('a package', '软件包'),
  partRegistry: text('the registry', '镜像仓库'),
  partToken: text('a token', '令牌'),
  partManifest: text('the manifest', '清单'),
  partBlob: text('a blob', '数据块'),

  whyUnreachable: phrase(
    (p: { problem: string }) => `no connection: ${p.problem}`,
    (p) => `无法连接：${p.problem}`,
  ),
  whySilent: phrase(
    (p: { part: string }) => `nothing came in time (${p.part})`,
    (p) => `未在时限内响应（${p.part}）`,
  ),
  whyOvertaken: phrase(
    (p: { part: string }) =>
      `was still waited for (${p.part}) when enough others had proved themselves`,
    (p) => `已有足够多的其他镜像站通过测试，而它仍未完成（${p.part}）`,
  ),
  whyStatus: phrase(
    (p: { part: string; status: number; url: string }) =>
      `answered status ${p.status} for ${p.part} (${p.url})`,
    (p) => `对${p.part}的请求返回状态码 ${p.status}（${p.url}）`,
  ),
  whyHtml: phrase(
    (p: { part: string; url: string }) => `sent a web page instead of ${p.part} (${p.url})`,
    (p) => `返回的是网页而不是${p.part}（${p.url}）`,
  ),
  whyDamaged: phrase(
    (p: { part: string; url: string }) =>
      `${p.part} is not what it must be: damaged, or half synchronised (${p.url})`,
    (p) => `${p.part}不正确：已损坏或同步不完整（${p.url}）`,
  ),
  whyUnsigned: phrase(
    (p: { url: string }) => `is not signed (${p.url})`,
    (p) => `没有签名（${p.url}）`,
  ),
  whyBadSignature: phrase(
    (p: { url: string }) => `its signature was not made by Docker's key (${p.url})`,
    (p) => `签名不是由 Docker 的密钥作出的（${p.url}）`,
  ),
  whyWrongKey: phrase(
    (p: { url: string }) => `serves another key than Docker's (${p.url})`,
    (p) => `提供的密钥不是 Docker 的密钥（${p.url}）`,
  ),
  whyExpired: phrase(
    (p: { until: string }) => `its index was valid until ${p.until}`,
    (p) => `其索引的有效期至 ${p.until}`,
  ),
  whyDigest: phrase(
    (p: { part: string; url: string; expected: string; actual: string }) =>
      `${p.part} has the digest ${p.actual}; wanted ${p.expected} (${p.url})`,
    (p) => `${p.part}的摘要是 ${p.actual}；应为 ${p.expected}（${p.url}）`,
  ),
  whyMissing: phrase(
    (p: { url: string; status: number }) =>
      `the index names a package that answers status ${p.status} (${p.url})`,
    (p) => `索引中的软件包返回状态码 ${p.status}（${p.url}）`,
  ),
  whySize: phrase(
    (p: { url: string; expected: number; actual: number }) =>
      `a file has ${p.actual} bytes; wanted ${p.expected} (${p.url})`,
    (p) => `文件有 ${p.actual} 字节；应为 ${p.expected} 字节（${p.url}）`,
  ),
  whyOlder: phrase(
    (p: { days: string }) => `its index is ${p.days} days older than the newest`,
    (p) => `其索引比最新的旧 ${p.days} 天`,
  ),
  whyOtherRelease: text(
    'it only has packages for an older release than others do',
    '只有较旧发行版的软件包，其他镜像站有更新的',
  ),
  whyDiffers: phrase(
    (p: { expected: string; actual: string }) =>
      `the tag leads to ${p.actual} here, and to ${p.expected} with the others`,
    (p) => `此处标签指向 ${p.actual}，其他镜像站则指向 ${p.expected}`,
  ),
  whyCutShort: phrase(
    (p: { part: string }) => `${p.part} did not arrive whole in its time`,
    (p) => `${p.part}未在时限内完整到达`,
  ),
  whyLimited: phrase(
    (p: { after: string }) =>
      `too many requests (429)${p.after === '' ? '' : `; wants to be left alone: ${p.after}`}`,
    (p) => `请求过多（429）${p.after === '' ? '' : `；要求等待：${p.after}`}`,
  ),
  whyForbidden: phrase(
    (p: { said: string }) => `does not serve this host (403)${p.said === '' ? '' : `: ${p.said}`}`,
    (p) => `不为本机提供服务（403）${p.said === '' ? '' : `：${p.said}`}`,
  ),
  whyAllowList: phrase(
    (p: { said: string }) => `serves only images on its list (403): ${p.said}`,
    (p) => `只提供白名单内的镜像（403）：${p.said}`,
  ),
  whyLogin: text('wants a user name and a password', '需要用户名和密码'),
  whyNoImage: phrase(
    (p: { image: string }) => `is a registry, and does not have ${p.image}`,
    (p) => `是镜像仓库，但没有 ${p.image}`,
  ),

  statusRemedyNote: text(
    'Run "berth mirrors list" for the catalogue: this needs the engine to run.',
    '查看目录请用 "berth mirrors list"：此操作需要引擎正在运行。',
  ),
  resetDone: phrase(
    (p: { count: number }) =>
      `Forgotten what was measured of ${p.count} sources: they are tried anew with the next pull.`,
    (p) => `已清除 ${p.count} 个来源的实测数据：下次拉取时会重新尝试。`,
  ),
  resetNothing: text('Nothing was known of it.', '没有相关的实测数据。'),
  upstreamSet: phrase(
    (p: { url: string }) => `no mirror of Docker Hub: ${p.url} itself is asked`,
    (p) => `不使用 Docker Hub 镜像源：直接使用 ${p.url}`,
  ),
};
