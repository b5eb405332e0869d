import { phrase, text } from '../message.ts';

/** What the checks of the group `network` say that ask others: name servers, mirrors, proxies. */
export const checkReachMessages = {
  dnsTitle: text('Name service', '域名解析'),
  dnsWanted: phrase(
    (p: { name: string; slowMs: number }) =>
      `each name server resolves "${p.name}" in less than ${p.slowMs} ms`,
    (p) => `每个域名服务器都能在 ${p.slowMs} 毫秒内解析"${p.name}"`,
  ),
  dnsWhy: text(
    'Registries and package mirrors are found by name; one dead server makes every look-up wait.',
    '镜像仓库和软件源都按域名查找；一个失效的服务器会拖慢每次查询。',
  ),
  dnsNoFile: text('no /etc/resolv.conf', '没有 /etc/resolv.conf'),
  dnsNoServer: text('no name server in /etc/resolv.conf', '/etc/resolv.conf 中没有域名服务器'),
  dnsWrite: text(
    'Write a line such as "nameserver 192.0.2.1", with the address of your name server.',
    '请写入一行，例如 "nameserver 192.0.2.1"，填入您的域名服务器地址。',
  ),
  dnsDead: phrase(
    (p: { servers: string }) =>
      `Nothing can be downloaded by name: see that ${p.servers} can be reached and passes on questions about public names, or put another name server into /etc/resolv.conf.`,
    (p) =>
      `无法按域名下载任何内容：请确认 ${p.servers} 可以访问且能解析公网域名，或在 /etc/resolv.conf 中换用其他域名服务器。`,
  ),
  dnsProxied: phrase(
    (p: { servers: string }) =>
      `Downloads need none, because the proxy resolves names itself; for programs in containers that do without the proxy, see that ${p.servers} passes on questions about public names.`,
    (p) =>
      `下载不受影响，域名由代理解析；若容器中的程序不经过代理，请确认 ${p.servers} 能解析公网域名。`,
  ),
  dnsReplace: phrase(
    (p: { servers: string }) =>
      `In /etc/resolv.conf, replace ${p.servers}, which did not resolve the name.`,
    (p) => `请在 /etc/resolv.conf 中替换未能解析的 ${p.servers}。`,
  ),
  dnsSlow: phrase(
    (p: { servers: string }) => `In /etc/resolv.conf, put a faster server before ${p.servers}.`,
    (p) => `请在 /etc/resolv.conf 中把更快的服务器放在 ${p.servers} 之前。`,
  ),
  dnsOthers: phrase(
    (p: { servers: string }) => `These answer from here: ${p.servers}.`,
    (p) => `从本机可用的有：${p.servers}。`,
  ),
  dnsOther: phrase(
    (p: { server: string; elapsedMs: number }) => `"${p.server}" (${p.elapsedMs} ms)`,
    (p) => `"${p.server}"（${p.elapsedMs} 毫秒）`,
  ),
  dnsAnswered: phrase(
    (p: { server: string; elapsedMs: number }) => `"${p.server}" answered in ${p.elapsedMs} ms`,
    (p) => `"${p.server}"在 ${p.elapsedMs} 毫秒内应答`,
  ),
  dnsSilent: phrase(
    (p: { server: string; elapsedMs: number }) =>
      `"${p.server}" did not answer in ${p.elapsedMs} ms`,
    (p) => `"${p.server}"在 ${p.elapsedMs} 毫秒内没有应答`,
  ),
  dnsUnknownName: phrase(
    (p: { server: string; elapsedMs: number }) =>
      `"${p.server}" answered in ${p.elapsedMs} ms, but does not know the name`,
    (p) => `"${p.server}"在 ${p.elapsedMs} 毫秒内应答，但不认识该域名`,
  ),
  dnsUnasked: phrase(
    (p: { server: string; code: string }) => `"${p.server}" could not be asked (${p.code})`,
    (p) => `无法查询"${p.server}"（${p.code}）`,
  ),
  dnsLoopback: phrase(
    (p: { servers: string }) =>
      `${p.servers} is on loopback, where containers cannot reach it: they get the servers behind it.`,
    (p) => `${p.servers} 位于回环地址，容器无法访问：容器会使用它背后的服务器。`,
  ),

  mirrorTitle: text('Packages and images', '软件源与镜像仓库'),
  mirrorWanted: text(
    'one package source and one registry answer',
    '至少有一个软件源和一个镜像仓库应答',
  ),
  mirrorWhy: text(
    'Packages that the host lacks, and images, come from there.',
    '缺少的软件包和镜像都从那里获取。',
  ),
  mirrorAnswers: phrase(
    (p: { host: string; elapsedMs: number }) => `${p.host} in ${p.elapsedMs} ms`,
    (p) => `${p.host}（${p.elapsedMs} 毫秒）`,
  ),
  mirrorStatus: phrase(
    (p: { host: string; status: number }) => `${p.host} answers ${p.status}`,
    (p) => `${p.host} 返回 ${p.status}`,
  ),
  mirrorSilent: phrase(
    (p: { host: string; why: string }) => `${p.host}: ${p.why}`,
    (p) => `${p.host}（不可用：${p.why}）`,
  ),
  mirrorPackages: phrase(
    (p: { list: string }) => `packages: ${p.list}`,
    (p) => `软件源：${p.list}`,
  ),
  mirrorRegistries: phrase(
    (p: { list: string }) => `registries: ${p.list}`,
    (p) => `镜像仓库：${p.list}`,
  ),
  mirrorNoSources: text('no source configured', '未配置'),
  mirrorBothRemedy: text(
    'Choose mirrors that answer: "berth mirrors rank", then "berth up --mirror auto"; without any network load images from files.',
    '请换用可用的镜像源：先运行 "berth mirrors rank"，再运行 "berth up --mirror auto"；没有网络时可从文件导入镜像。',
  ),
  mirrorPackagesRemedy: text(
    'Switch to a package mirror that answers: "berth mirrors rank", then "berth up --mirror auto".',
    '请换用可用的软件源：先运行 "berth mirrors rank"，再运行 "berth up --mirror auto"。',
  ),
  mirrorRegistriesRemedy: text(
    'Choose a registry mirror that answers: "berth mirrors rank", then "berth up --mirror auto"; or load images from files.',
    '请换用可用的镜像加速：先运行 "berth mirrors rank"，再运行 "berth up --mirror auto"；或从文件导入镜像。',
  ),
  mirrorProxyFound: phrase(
    (p: { where: string; proxy: string }) =>
      `${p.where} names the proxy "${p.proxy}", of which berth was told nothing: start it again with that in HTTPS_PROXY and HTTP_PROXY (sudo leaves them out: sudo --preserve-env=HTTPS_PROXY,HTTP_PROXY,NO_PROXY).`,
    (p) =>
      `${p.where} 中设置了代理"${p.proxy}"，但 berth 没有收到：请把它写入 HTTPS_PROXY 和 HTTP_PROXY 后重新运行（sudo 默认会去掉这些变量：sudo --preserve-env=HTTPS_PROXY,HTTP_PROXY,NO_PROXY）。`,
  ),
  mirrorProxyAdvice: text(
    'Where a proxy is the way out, start berth with HTTPS_PROXY=http://HOST:PORT and HTTP_PROXY the same.',
    '若须经代理上网，请设置 HTTPS_PROXY=http://主机:端口 和相同的 HTTP_PROXY 后再运行 berth。',
  ),

  proxyTitle: text('Proxy', '代理'),
  proxyWanted: text(
    'a proxy that answers, the same for berth and its daemon, and not used for containers or mirrors nearby',
    '代理可用，berth 与守护进程一致，且访问容器和内网镜像时不经过代理',
  ),
  proxyWhy: text(
    'A daemon without the proxy reaches no registry; a request to a container through the proxy never arrives.',
    '守护进程没有代理就无法访问镜像仓库；经代理访问容器的请求到不了目的地。',
  ),
  proxyNone: text('not needed: no proxy is set', '不需要：未设置代理'),
  proxyGood: phrase(
    (p: { proxies: string }) => `${p.proxies} answers`,
    (p) => `${p.proxies} 可用`,
  ),
  proxyNotUrl: phrase(
    (p: { name: string; value: string }) => `${p.name} is "${p.value}", which is no proxy URL`,
    (p) => `${p.name} 为"${p.value}"，不是代理 URL`,
  ),
  proxyWriteUrl: phrase(
    (p: { name: string }) => `Write ${p.name}=http://HOST:PORT.`,
    (p) => `请写成 ${p.name}=http://主机:端口。`,
  ),
  proxyDead: phrase(
    (p: { proxy: string; why: string }) => `the proxy "${p.proxy}" cannot be used: ${p.why}`,
    (p) => `代理"${p.proxy}"不可用：${p.why}`,
  ),
  proxyDeadRemedy: text(
    'Start that proxy, or unset the variable where the network is reached without one.',
    '请启动该代理；若无需代理即可上网，请取消该变量。',
  ),
  proxyTwoCases: phrase(
    (p: { upper: string; lower: string }) =>
      `${p.upper} and ${p.lower} differ: programs choose one or the other`,
    (p) => `${p.upper} 与 ${p.lower} 不一致：不同程序会选用不同的值`,
  ),
  proxyTwoCasesRemedy: text('Set both to the same.', '请把两者设为相同的值。'),
  proxyDaemonDiffers: phrase(
    (p: { key: string; daemon: string; here: string }) =>
      `the daemon's "${p.key}" is "${p.daemon}", here it is "${p.here}"`,
    (p) => `守护进程的 "${p.key}" 为"${p.daemon}"，此处为"${p.here}"`,
  ),
  proxyDaemonRemedy: text(
    'Make "proxies" of /etc/berth/daemon.json the same as the environment, then: berth daemon restart.',
    '请让 /etc/berth/daemon.json 的 "proxies" 与环境变量一致，然后运行：berth daemon restart。',
  ),
  proxyThrough: phrase(
    (p: { names: string }) => `NO_PROXY leaves out ${p.names}`,
    (p) => `NO_PROXY 未包含 ${p.names}`,
  ),
  proxyThroughRemedy: phrase(
    (p: { names: string }) => `Add to NO_PROXY: ${p.names}`,
    (p) => `请加入 NO_PROXY：${p.names}`,
  ),
};
