import { phrase, text } from '../message.ts';

/** `berth mirror serve`: its options, warnings, and what it tells while it serves. */
export const mirrorServeMessages = {
  argument: text('serve: a pull-through cache, here', 'serve：在本机提供按需拉取的缓存'),
  optionListen: text('where to serve', '提供服务的地址'),
  optionDataRoot: text(
    "the engine's; what is fetched is kept in mirror/ below it",
    '引擎的数据目录；获取的内容保存在其下的 mirror/ 中',
  ),
  optionConfig: text(
    'mirrors, proxies and insecure registries to fetch with',
    '获取时使用的镜像源、代理和不安全（insecure）仓库',
  ),
  optionUpstream: text(
    'ask this URL instead of the registry (Docker Hub when none is named)',
    '用此 URL 代替仓库（未指明仓库时为 Docker Hub）',
  ),
  optionAllow: text(
    'registries that may be asked, besides docker.io and those with mirrors',
    '除 docker.io 和配有镜像源的仓库外，还允许访问的仓库',
  ),
  optionAllowPackages: text(
    "package hosts that may be asked, instead of the usual ones and those of apt's sources",
    '允许访问的软件包主机，代替常用主机和 apt 源中的主机',
  ),
  optionServeLocal: text(
    "this host's own images: those that the registry gives to anybody, all, or none",
    '本机自有镜像的提供范围：仓库公开的、全部、或不提供',
  ),
  optionMaxSize: text(
    'what it may keep; what was not used for longest goes first',
    '缓存上限；最久未使用的最先删除',
  ),
  optionManifestTtl: text(
    'so long a tag is served without asking whether it has moved',
    '在此时间内直接提供标签，不向上游查询是否已变更',
  ),
  optionTlsCert: text('certificate, PEM; then https is spoken', 'PEM 格式证书；提供后使用 https'),
  optionTlsKey: text('its key, PEM', '证书的密钥，PEM 格式'),
  optionJson: text(
    'tell what it does as JSON, an object a line',
    '以 JSON 输出运行情况，每行一个对象',
  ),
  help: text(
    `
Clients name it as a mirror: "registry-mirrors": ["http://<host>:5000"] for Docker Hub in Docker's or berth's daemon.json,
and for other registries "registry-mirrors-for" in berth's, or containerd's hosts.toml. Without a mirror's setting, names
work too: <host>:5000/ghcr.io/owner/name. Packages: http://<host>:5000/packages/<package host>/<path> in place of
http://<package host>/<path>.`,
    `
客户端把它配置为镜像源：对 Docker Hub，在 Docker 或 berth 的 daemon.json 中写
"registry-mirrors": ["http://<host>:5000"]；对其他仓库，在 berth 的 daemon.json 中写 "registry-mirrors-for"，或使用
containerd 的 hosts.toml。不配置镜像源时也可以直接用名称：<host>:5000/ghcr.io/owner/name。软件包：用
http://<host>:5000/packages/<软件包主机>/<路径> 代替 http://<软件包主机>/<路径>。`,
  ),
  optionInvalid: phrase(
    (p: { option: string; value: string; wanted: string }) =>
      `--${p.option} is "${p.value}"; wanted ${p.wanted}`,
    (p) => `--${p.option} 的值是"${p.value}"；应为${p.wanted}`,
  ),
  forExample: phrase(
    (p: { option: string; example: string }) =>
      `For example: berth mirror serve --${p.option} ${p.example}`,
    (p) => `例如：berth mirror serve --${p.option} ${p.example}`,
  ),
  wantedHost: text('a host, or http:// and a host', '主机名，或 http:// 加主机名'),
  wantedAddress: text('an address and a port', '地址和端口'),
  wantedUrl: text('a URL, or a registry, "=" and a URL', 'URL，或仓库、"=" 和 URL'),
  wantedSize: text('a size', '大小'),
  wantedTime: text('a time', '时长'),
  tlsAlone: phrase(
    (p: { given: string }) => `--tls-${p.given} was given alone; wanted --tls-cert and --tls-key`,
    (p) => `只给出了 --tls-${p.given}；需要同时给出 --tls-cert 和 --tls-key`,
  ),
  tlsAloneRemedy: text(
    'Give both, each a file in PEM form.',
    '请同时给出两者，均为 PEM 格式的文件。',
  ),
  pemUnreadable: phrase(
    (p: { path: string; why: string }) =>
      `"${p.path}" cannot be read: ${p.why}; wanted a file in PEM form`,
    (p) => `无法读取"${p.path}"：${p.why}；应为 PEM 格式的文件`,
  ),
  pemUnreadableRemedy: text(
    'Correct --tls-cert and --tls-key.',
    '请更正 --tls-cert 和 --tls-key。',
  ),
  warning: phrase(
    (p: { text: string }) => `warning: ${p.text}`,
    (p) => `警告：${p.text}`,
  ),
  warnOpen: text(
    'whoever reaches this port can pull what the mirror may fetch, and see what it has; keep it within your network',
    '凡能访问此端口者，都可以拉取它能获取的内容并看到它已有的内容；请只在自己的网络内使用',
  ),
  warnPlain: text(
    'it speaks plain http: who is on the way can exchange what tags stand for (digests stay safe)',
    '使用明文 http：中间人可以替换标签所指的内容（按摘要拉取仍然安全）',
  ),
  warnLocal: text(
    '--serve-local all: also images that this host pulled with a password are served, to everybody',
    '--serve-local all：本机凭密码拉取的镜像也会提供给所有人',
  ),
  listening: phrase(
    (p: { url: string }) => `serving on ${p.url}`,
    (p) => `正在 ${p.url} 提供服务`,
  ),
  fetched: phrase(
    (p: { what: string; size: string; ms: number; from: string }) =>
      `fetched ${p.what} (${p.size} in ${p.ms} ms) from ${p.from}`,
    (p) => `已从 ${p.from} 获取 ${p.what}（${p.size}，用时 ${p.ms} 毫秒）`,
  ),
  notKept: phrase(
    (p: { what: string; why: string }) =>
      `warning: passed through without being kept: ${p.what}: ${p.why}`,
    (p) => `警告：已转发但未保存：${p.what}：${p.why}`,
  ),
  broken: phrase(
    (p: { what: string; why: string }) => `warning: broken off: ${p.what}: ${p.why}`,
    (p) => `警告：中途断开：${p.what}：${p.why}`,
  ),
  stale: phrase(
    (p: { what: string; why: string }) =>
      `warning: served as it was, unchecked: ${p.what}: ${p.why}`,
    (p) => `警告：未经检查，按原样提供：${p.what}：${p.why}`,
  ),
  sourceFailed: phrase(
    (p: { source: string; why: string }) => `"${p.source}" did not deliver: ${p.why}`,
    (p) => `"${p.source}"没有提供内容：${p.why}`,
  ),
  evicted: phrase(
    (p: { size: string }) => `made room: ${p.size} that were not used for longest are gone`,
    (p) => `已腾出空间：删除了最久未使用的 ${p.size}`,
  ),
  damaged: phrase(
    (p: { digest: string }) => `warning: removed "${p.digest}" from the cache: it was damaged`,
    (p) => `警告：已从缓存中删除"${p.digest}"：内容已损坏`,
  ),
  problemWhy: phrase(
    (p: { what: string; why: string }) => `warning: ${p.what}: ${p.why}`,
    (p) => `警告：${p.what}：${p.why}`,
  ),
  problemOwnUrl: phrase(
    (p: { subject: string }) => `"${p.subject}" is this mirror itself: it is not asked`,
    (p) => `"${p.subject}"就是本镜像服务自身：不会向它请求`,
  ),
  problemStopping: text('stopping', '停止时出现问题'),
  problemRemoving: phrase(
    (p: { subject: string }) => `removing "${p.subject}"`,
    (p) => `删除"${p.subject}"时出现问题`,
  ),
  problemReading: phrase(
    (p: { subject: string }) => `reading "${p.subject}"`,
    (p) => `读取"${p.subject}"时出现问题`,
  ),
  problemStoreDamaged: phrase(
    (p: { subject: string }) => `the engine's store has "${p.subject}" damaged`,
    (p) => `引擎的镜像存储中"${p.subject}"已损坏`,
  ),
};
