import { phrase, text } from '../message.ts';

/** What `berth up --with-docker-cli` and `berth versions` say. */
export const dockerCliMessages = {
  // Options
  optionWith: text(
    'install the Docker client with Compose and Buildx, never an engine: docker-ce, distribution or auto',
    '安装 Docker 客户端及 Compose 和 Buildx（绝不安装引擎）：docker-ce、distribution 或 auto',
  ),
  optionVersion: text(
    'version of the Docker client, such as "5:28.5.2*" or "^28"; it is kept at that version',
    'Docker 客户端的版本，例如 "5:28.5.2*" 或 "^28"；之后将锁定在该版本',
  ),

  // The plan
  clientFromDockerCe: phrase(
    (p: { version: string }) => `docker client: docker-ce-cli ${p.version}`,
    (p) => `docker 客户端：docker-ce-cli ${p.version}`,
  ),
  clientFromDistribution: phrase(
    (p: { name: string; version: string }) =>
      `docker client: ${p.name} ${p.version}, of the distribution`,
    (p) => `docker 客户端：发行版自带的 ${p.name} ${p.version}`,
  ),
  clientHeld: phrase(
    (p: { version: string }) => `it is kept at ${p.version} whatever is upgraded`,
    (p) => `系统升级时它将保持在 ${p.version}`,
  ),
  clientNotHeld: phrase(
    (p: { why: string }) => `an upgrade of the system may change its version: ${p.why}`,
    (p) => `升级系统时其版本可能改变：${p.why}`,
  ),
  clientPresent: phrase(
    (p: { name: string; version: string }) =>
      `docker client: "${p.name}" ${p.version} is here already and stays as it is`,
    (p) => `docker 客户端：本机已有"${p.name}" ${p.version}，保持不变`,
  ),
  clientFromDistributionInstead: phrase(
    (p: { why: string }) => `${p.why}: looking at the distribution's own packages`,
    (p) => `${p.why}：改为查看发行版自带的软件包`,
  ),
  refreshing: phrase(
    (p: { manager: string }) => `fetching the package index (${p.manager})`,
    (p) => `正在获取软件包索引（${p.manager}）`,
  ),
  hintContext: phrase(
    (p: { socket: string }) =>
      `use it: docker context create berth --docker host=unix://${p.socket} && docker context use berth`,
    (p) =>
      `使用方法：docker context create berth --docker host=unix://${p.socket} && docker context use berth`,
  ),
  hintHost: phrase(
    (p: { socket: string }) => `or for this shell only: export DOCKER_HOST=unix://${p.socket}`,
    (p) => `或仅对当前 shell 生效：export DOCKER_HOST=unix://${p.socket}`,
  ),
  hintSocket: phrase(
    (p: { socket: string }) => `use it as it is: ${p.socket} is berth's`,
    (p) => `可以直接使用：${p.socket} 由 berth 提供`,
  ),

  // Errors
  clientBringsEngine: phrase(
    (p: { client: string; engine: string }) =>
      `installing "${p.client}" would bring the engine "${p.engine}" as well; wanted a client alone`,
    (p) => `安装"${p.client}"会同时带来引擎"${p.engine}"；只需要客户端`,
  ),
  clientBringsEngineRemedy: text(
    'Take the client from the docker-ce repository: --with-docker-cli docker-ce.',
    '请从 docker-ce 软件源安装客户端：--with-docker-cli docker-ce。',
  ),
  clientNotInDistribution: phrase(
    (p: { name: string; wanted: string }) =>
      `"${p.name}" has no package with the Docker client alone; wanted one of "${p.wanted}"`,
    (p) => `"${p.name}"没有只包含 Docker 客户端的软件包；需要"${p.wanted}"之一`,
  ),
  clientNotInDistributionRemedy: text(
    'Take the client from the docker-ce repository (--with-docker-cli docker-ce); its package of the engine is left out on purpose.',
    '请从 docker-ce 软件源安装客户端（--with-docker-cli docker-ce）；发行版的引擎软件包被有意排除。',
  ),
  clientNowhereRemedy: text(
    'Name a mirror of docker-ce with --mirror URL, or do without: "berth run", "berth ps" and the others need no Docker client.',
    '请用 --mirror URL 指定 docker-ce 的镜像站，或者不装客户端："berth run"、"berth ps"等命令不需要 Docker 客户端。',
  ),
  clientConflict: phrase(
    (p: { name: string }) =>
      `"${p.name}" on this host has a "docker" command already; wanted none before another one is installed`,
    (p) => `本机的"${p.name}"已经提供了"docker"命令；安装另一个之前不应有该命令`,
  ),
  clientConflictRemedy: phrase(
    (p: { name: string }) =>
      `Use the one that is here (leave --with-docker-cli out), or remove "${p.name}" yourself first: berth removes no package of yours.`,
    (p) =>
      `请使用现有的客户端（去掉 --with-docker-cli），或先自行卸载"${p.name}"：berth 不会卸载您的软件包。`,
  ),

  // berth versions
  optionVersionsCli: text('list the versions of docker-ce-cli only', '只列出 docker-ce-cli 的版本'),
  optionVersionsJson: text('print the versions as JSON', '以 JSON 格式输出版本'),
  optionVersionsMirror: text(
    'look at this mirror of docker-ce instead of what the host uses',
    '查看该 docker-ce 镜像站，而不是本机正在使用的软件源',
  ),
  versionsHead: phrase(
    (p: { url: string }) => `docker-ce-cli at ${p.url}`,
    (p) => `docker-ce-cli 的版本（来自 ${p.url}）`,
  ),
  versionsInstalled: text('installed', '已安装'),
  versionsInstalledElsewhere: phrase(
    (p: { version: string }) => `${p.version} is installed and not in the repository`,
    (p) => `已安装 ${p.version}，但软件源中没有该版本`,
  ),
  versionsNone: phrase(
    (p: { why: string }) => `docker-ce-cli: ${p.why}`,
    (p) => `无法列出 docker-ce-cli 的版本：${p.why}`,
  ),
};
