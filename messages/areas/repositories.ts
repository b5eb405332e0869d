import { phrase, text } from '../message.ts';

/** What `scripts/repositories` and the step `repository` say: package repositories, their indexes and mirrors. */
export const repositoryMessages = {
  // Finding the docker-ce repository
  repositoryNowhere: phrase(
    (p: { tried: string }) =>
      `no docker-ce repository with the Docker client for this host at "${p.tried}"; wanted one of them`,
    (p) =>
      `在"${p.tried}"都没有找到适用于本机且包含 Docker 客户端的 docker-ce 软件源；至少应有一个`,
  ),
  repositoryNowhereRemedy: text(
    'Name another mirror, see "berth mirrors list"; or take the distribution\'s own packages: --with-docker-cli distribution.',
    '请换用其他镜像站（参见"berth mirrors list"），或使用发行版自带的软件包：--with-docker-cli distribution。',
  ),
  repositoryUnreachable: phrase(
    (p: { url: string; why: string }) =>
      `the docker-ce repository at "${p.url}" cannot be read: ${p.why}; wanted its key and its index`,
    (p) => `无法读取位于"${p.url}"的 docker-ce 软件源：${p.why}；需要其密钥和索引`,
  ),
  repositoryNotForDistribution: phrase(
    (p: { name: string }) => `Docker has no docker-ce packages for "${p.name}"`,
    (p) => `Docker 没有为"${p.name}"提供 docker-ce 软件包`,
  ),
  repositoryNotForDistributionRemedy: text(
    "Take the distribution's own packages: --with-docker-cli distribution.",
    '请使用发行版自带的软件包：--with-docker-cli distribution。',
  ),
  mirrorUrlInvalid: phrase(
    (p: { url: string }) => `"${p.url}" is not the URL of a mirror; wanted http:// or https://`,
    (p) => `"${p.url}"不是镜像站的 URL；应以 http:// 或 https:// 开头`,
  ),
  mirrorUrlInvalidRemedy: text(
    'For example: --mirror https://mirrors.example.org',
    '例如：--mirror https://mirrors.example.org',
  ),

  optionKey: text(
    "fingerprint of the key of a mirror that signs docker-ce anew, in the place of Docker's own",
    '对 docker-ce 重新签名的镜像站所用密钥的指纹，代替 Docker 官方密钥',
  ),
  fingerprintInvalid: phrase(
    (p: { text: string }) =>
      `"${p.text}" is not the fingerprint of a key; wanted its 40 hexadecimal digits`,
    (p) => `"${p.text}"不是密钥指纹；应为 40 位十六进制数字`,
  ),
  fingerprintInvalidRemedy: text(
    'The operator of the mirror knows it: gpg --show-keys --with-fingerprint FILE.',
    '可向镜像站的运营方询问：gpg --show-keys --with-fingerprint 文件。',
  ),

  // Indexes
  useAnotherMirror: text(
    'Use another mirror: this one is damaged, half synchronised, or not what it claims to be.',
    '请换用其他镜像站：该镜像站已损坏、同步不完整，或者内容并非其所声称。',
  ),
  indexUnsigned: phrase(
    (p: { url: string }) => `"${p.url}" is not a signed index; wanted one in a PGP signature`,
    (p) => `"${p.url}"不是带签名的索引；应为带 PGP 签名的索引`,
  ),
  indexForeign: phrase(
    (p: { url: string }) =>
      `the index "${p.url}" is not signed by the repository's key; wanted its signature`,
    (p) => `索引"${p.url}"没有该软件源密钥的签名；必须由该密钥签名`,
  ),
  indexUnlisted: phrase(
    (p: { url: string }) => `the signed index does not list "${p.url}"; wanted its digest`,
    (p) => `带签名的索引没有列出"${p.url}"；需要其摘要`,
  ),
  indexHalf: phrase(
    (p: { url: string }) => `"${p.url}" is listed in the index and is not there`,
    (p) => `索引列出了"${p.url}"，但该文件不存在`,
  ),
  indexNoRepomd: phrase(
    (p: { url: string }) =>
      `"${p.url}" names no list of packages with a SHA-256 digest; wanted what createrepo writes`,
    (p) => `"${p.url}"没有给出带 SHA-256 摘要的软件包列表；应为 createrepo 生成的内容`,
  ),
  indexCompression: phrase(
    (p: { url: string }) => `"${p.url}" is compressed in a way that berth cannot read`,
    (p) => `berth 无法读取"${p.url}"的压缩格式`,
  ),
  digestDiffers: phrase(
    (p: { url: string; seen: string; wanted: string }) =>
      `"${p.url}" has the SHA-256 digest "${p.seen}"; wanted "${p.wanted}"`,
    (p) => `"${p.url}"的 SHA-256 摘要是"${p.seen}"；应为"${p.wanted}"`,
  ),
  packageAbsent: phrase(
    (p: { name: string; url: string }) =>
      `the index names the package "${p.name}" at "${p.url}", where there is nothing`,
    (p) => `索引声称软件包"${p.name}"位于"${p.url}"，但那里没有文件`,
  ),
  packageSize: phrase(
    (p: { url: string; seen: number; wanted: number }) =>
      `"${p.url}" has ${p.seen} bytes; wanted ${p.wanted}, as the index says`,
    (p) => `"${p.url}"有 ${p.seen} 字节；按索引应为 ${p.wanted} 字节`,
  ),

  // Versions
  versionNone: phrase(
    (p: { name: string; wanted: string; versions: string }) =>
      `no version of "${p.name}" fits "${p.wanted}"; there are: ${p.versions}`,
    (p) => `"${p.name}"没有符合"${p.wanted}"的版本；现有版本：${p.versions}`,
  ),
  versionNoneRemedy: text(
    'Name one of these, with * for any ending, or a range such as ^28; "berth versions --docker-cli" lists all.',
    '请指定其中一个版本（可用 * 表示任意结尾），或一个范围，例如 ^28；"berth versions --docker-cli"可列出全部版本。',
  ),
  versionListNone: text('none', '无'),
  versionListMore: phrase(
    (p: { shown: string; more: number }) => `${p.shown} and ${p.more} more`,
    (p) => `${p.shown} 以及另外 ${p.more} 个`,
  ),

  // The step
  describeRepository: phrase(
    (p: { title: string; files: string }) => `set up repository ${p.title} (${p.files})`,
    (p) => `配置软件源 ${p.title}（${p.files}）`,
  ),
  refreshAfterUndo: phrase(
    (p: { why: string }) =>
      `the package index could not be fetched again (${p.why}); the package manager does that at its next update`,
    (p) => `未能重新获取软件包索引（${p.why}）；包管理器会在下次更新时获取`,
  ),

  // What is there already
  sourceUsed: phrase(
    (p: { path: string; line: number; url: string }) =>
      `docker-ce packages come from ${p.url}, as ${p.path} (line ${p.line}) says already`,
    (p) => `docker-ce 软件包来自 ${p.url}，这是 ${p.path}（第 ${p.line} 行）已有的配置`,
  ),
  sourceBeside: phrase(
    (p: { path: string; line: number; url: string }) =>
      `${p.path} (line ${p.line}) names ${p.url} as well and was left as it is`,
    (p) => `${p.path}（第 ${p.line} 行）另外配置了 ${p.url}，已保持原样`,
  ),
  sourceRewritten: phrase(
    (p: { path: string; from: string; to: string }) =>
      `${p.path} now names ${p.to} instead of ${p.from}; "berth down" puts it back`,
    (p) => `${p.path} 中的 ${p.from} 已改为 ${p.to}；"berth down"会将其恢复`,
  ),
  sourceAdded: phrase(
    (p: { url: string; path: string }) => `docker-ce packages come from ${p.url} (${p.path})`,
    (p) => `docker-ce 软件包来自 ${p.url}（${p.path}）`,
  ),
  sourceRelated: phrase(
    (p: { name: string; release: string }) =>
      `there are no docker-ce packages for "${p.name}" itself: those for "${p.release}" are used`,
    (p) => `没有专为"${p.name}"提供的 docker-ce 软件包：使用适用于"${p.release}"的软件包`,
  ),
  sourceConflict: phrase(
    (p: { path: string; line: number; seen: string }) =>
      `"${p.path}" (line ${p.line}) contradicts the docker-ce repository that berth would write: "${p.seen}"`,
    (p) => `"${p.path}"（第 ${p.line} 行）与 berth 将写入的 docker-ce 软件源相矛盾："${p.seen}"`,
  ),
  sourceConflictChannel: phrase(
    (p: { path: string; line: number; url: string; channels: string }) =>
      `"${p.path}" (line ${p.line}) names "${p.url}" with "${p.channels}" only; wanted "stable" in it`,
    (p) => `"${p.path}"（第 ${p.line} 行）中的"${p.url}"只启用了"${p.channels}"；其中应有"stable"`,
  ),
  sourceConflictRemedy: phrase(
    (p: { path: string }) =>
      `Add to "${p.path}" what is missing, or move the file away, then run the command again: berth does not overwrite it.`,
    (p) => `请在"${p.path}"中补上缺少的内容，或将该文件移走，然后重新运行命令：berth 不会覆盖它。`,
  ),
};
