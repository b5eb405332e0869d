import { phrase, text } from '../message.ts';

/** What `berth bundle` says. */
export const bundleMessages = {
  summary: text(
    'make one archive that installs berth without Node.js and network',
    '制作无需 Node.js 和网络即可安装 berth 的单个安装包',
  ),
  archOption: text('processor that it is for', '适用的处理器'),
  imagesOption: text(
    'images to put in, of the running engine or as archives (./image.tar), with commas',
    '要放入的镜像，取自运行中的引擎或归档文件（./image.tar），以逗号分隔',
  ),
  packagesOption: text(
    'put in the packages that "up" may have to install',
    '放入"up"可能需要安装的软件包',
  ),
  outputOption: text(
    'file to write; one that ends in ".run" unpacks and installs itself',
    '要写入的文件；以".run"结尾的文件会自行解压并安装',
  ),
  jsonOption: text('print the result as JSON', '以 JSON 输出结果'),
  madeRun: phrase(
    (p: { path: string; size: string; digest: string }) =>
      `${p.path}\n  ${p.size}, ${p.digest}\n  on the host: sh ${p.path}`,
    (p) => `${p.path}\n  ${p.size}，${p.digest}\n  在目标主机上：sh ${p.path}`,
  ),
  made: phrase(
    (p: { path: string; size: string; digest: string }) =>
      `${p.path}\n  ${p.size}, ${p.digest}\n  on the host: tar xzf, then: sh install.sh`,
    (p) => `${p.path}\n  ${p.size}，${p.digest}\n  在目标主机上：tar xzf，然后：sh install.sh`,
  ),
  notElf: phrase(
    (p: { name: string }) =>
      `"${p.name}" is not a 64-bit ELF file; wanted a program or library of Linux`,
    (p) => `"${p.name}"不是 64 位 ELF 文件；应为 Linux 的程序或库`,
  ),
  unsettled: phrase(
    (p: { name: string }) =>
      `"${p.name}" has no room for a loader of its own; wanted a program with notes and spare dynamic entries`,
    (p) => `"${p.name}"中没有空间写入自带的加载器；应为带有注释段和空余动态条目的程序`,
  ),
  inputRemedy: text(
    'Install the dependencies again ("npm ci"), then run this again.',
    '请重新安装依赖（"npm ci"），然后再次运行。',
  ),
  unknownArchitecture: phrase(
    (p: { name: string; known: string }) =>
      `the processor is "${p.name}"; wanted one of ${p.known}`,
    (p) => `处理器为"${p.name}"；应为 ${p.known} 之一`,
  ),
  architectureRemedy: text('Use a 64-bit x86 or ARM host.', '请使用 64 位 x86 或 ARM 主机。'),
  libraryMissing: phrase(
    (p: { name: string; folders: string }) =>
      `the library "${p.name}" is in none of "${p.folders}"; wanted what Node.js is linked with`,
    (p) => `在"${p.folders}"中都找不到库"${p.name}"；需要 Node.js 所链接的库`,
  ),
  libraryRemedy: text(
    'Make the bundle on a host with glibc where the Node.js of node_modules starts (Debian: libatomic1).',
    '请在使用 glibc 且能启动 node_modules 中 Node.js 的主机上制作安装包（Debian：libatomic1）。',
  ),
  wrongMachine: phrase(
    (p: { path: string; arch: string; machine: string }) =>
      `"${p.path}" is for ELF machine ${p.machine}; wanted one for ${p.arch}`,
    (p) => `"${p.path}"适用于 ELF 机器类型 ${p.machine}；应适用于 ${p.arch}`,
  ),
  cacheRejected: phrase(
    (p: { state: string }) =>
      `Node.js does not take the code that was compiled for it ("${p.state}"); wanted "used"`,
    (p) => `Node.js 不接受为其编译的代码（"${p.state}"）；应为"used"`,
  ),
  manifestUnreadable: phrase(
    (p: { path: string }) => `"${p.path}" cannot be read; wanted the manifest of a bundle`,
    (p) => `无法读取"${p.path}"；应为安装包的清单`,
  ),
  filesDamaged: phrase(
    (p: { root: string; paths: string }) =>
      `in "${p.root}" these files are missing or were changed: "${p.paths}"; wanted them as manifest.json has them`,
    (p) => `"${p.root}"中的以下文件缺失或已被更改："${p.paths}"；应与 manifest.json 一致`,
  ),
  sourcesUnusable: phrase(
    (p: { root: string; problem: string }) =>
      `the sources in "${p.root}" cannot be made into one file: ${p.problem}`,
    (p) => `无法将"${p.root}"中的源代码合并为一个文件：${p.problem}`,
  ),
  noImages: phrase(
    (p: { path: string }) => `"${p.path}" has no image with a name; wanted an archive of images`,
    (p) => `"${p.path}"中没有带名称的镜像；应为镜像归档`,
  ),
  noImagesRemedy: text(
    'Make it with "berth save" or "docker save", with the name of the image.',
    '请使用"berth save"或"docker save"并写明镜像名称来制作。',
  ),
  packagesNeedApt: phrase(
    (p: { name: string }) =>
      `packages can only be put in on a distribution with apt; this is "${p.name}"`,
    (p) => `只能在使用 apt 的发行版上放入软件包；本机为"${p.name}"`,
  ),
  packagesNeedAptRemedy: text(
    'Make the bundle on a host with the distribution and release of the hosts it is for.',
    '请在与目标主机相同发行版和版本的主机上制作安装包。',
  ),
  otherDistribution: phrase(
    (p: { id: string; codename: string }) =>
      `the packages in this bundle are for ${p.id} ${p.codename}, and are not used here`,
    (p) => `此安装包中的软件包适用于 ${p.id} ${p.codename}，在本机不使用`,
  ),
  packagesStep: phrase(
    (p: { folder: string }) => `let apt find the packages in ${p.folder}`,
    (p) => `让 apt 使用 ${p.folder} 中的软件包`,
  ),
  imagesLoaded: phrase(
    (p: { names: string }) => `loaded from the bundle: ${p.names}`,
    (p) => `已从安装包加载：${p.names}`,
  ),
  otherDigest: phrase(
    (p: { name: string; found: string; wanted: string }) =>
      `npm gave a "${p.name}" with the digest "${p.found}"; wanted "${p.wanted}", as in package-lock.json`,
    (p) => `npm 提供的"${p.name}"摘要为"${p.found}"；应为 package-lock.json 中的"${p.wanted}"`,
  ),
  otherDigestRemedy: text(
    'Look which registry npm uses ("npm config get registry"), and try again.',
    '请检查 npm 使用的软件源（"npm config get registry"），然后重试。',
  ),
  otherVersion: phrase(
    (p: { source: string; found: string; version: string }) =>
      `"${p.source}" is a bundle of version "${p.found}"; wanted "${p.version}"`,
    (p) => `"${p.source}"是版本"${p.found}"的安装包；应为"${p.version}"`,
  ),
  notInstalled: phrase(
    (p: { path: string; problem: string }) =>
      `the bundle cannot be put into "${p.path}": ${p.problem}; nothing of it stays there`,
    (p) => `无法将安装包放入"${p.path}"：${p.problem}；其中未留下任何内容`,
  ),
  entryOutside: phrase(
    (p: { name: string; source: string }) =>
      `the entry "${p.name}" of "${p.source}" leads out of the bundle; wanted files of one folder`,
    (p) => `"${p.source}"中的条目"${p.name}"指向安装包之外；应仅为同一目录中的文件`,
  ),
  archiveUnreadable: phrase(
    (p: { source: string; problem: string }) =>
      `"${p.source}" cannot be unpacked: ${p.problem}; wanted the archive of a bundle`,
    (p) => `无法解压"${p.source}"：${p.problem}；应为安装包归档`,
  ),
  installStep: phrase(
    (p: { version: string }) => `install berth ${p.version}`,
    (p) => `安装 berth ${p.version}`,
  ),
  installedStays: phrase(
    (p: { path: string }) => `berth itself stays in "${p.path}"; "berth down --purge" removes it`,
    (p) => `berth 本身保留在"${p.path}"；"berth down --purge"会将其删除`,
  ),
  corruptRemedy: text(
    'Install the bundle again: unpack its archive and run "sh install.sh".',
    '请重新安装：解压安装包并运行"sh install.sh"。',
  ),
  archiveRemedy: text(
    'Fetch or copy the archive (tar.gz) again. What is installed was not touched.',
    '请重新下载或复制该归档文件（tar.gz）。已安装的内容未受影响。',
  ),
  noBundleInside: phrase(
    (p: { source: string }) =>
      `"${p.source}" holds no bundle: there is no manifest.json in it that can be read`,
    (p) => `"${p.source}"中没有安装包：其中没有可读取的 manifest.json`,
  ),
  otherArchitecture: phrase(
    (p: { wanted: string; own: string }) =>
      `a bundle for ${p.wanted} cannot be made of an installed one for ${p.own}`,
    (p) => `无法用已安装的 ${p.own} 安装包制作 ${p.wanted} 安装包`,
  ),
  otherArchitectureRemedy: phrase(
    (p: { arch: string }) => `Run "berth bundle --arch ${p.arch}" in a checkout of the sources.`,
    (p) => `请在源代码目录中运行"berth bundle --arch ${p.arch}"。`,
  ),
  sourceDateInvalid: phrase(
    (p: { value: string }) =>
      `SOURCE_DATE_EPOCH is "${p.value}"; wanted seconds since 1970 as a whole number`,
    (p) => `SOURCE_DATE_EPOCH 的值是"${p.value}"；应为自 1970 年起的整数秒`,
  ),
  sourceDateRemedy: text(
    'For example: SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)',
    '例如：SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)',
  ),
  archiveNotWritten: phrase(
    (p: { path: string; why: string }) =>
      `"${p.path}" cannot be written (${p.why}); nothing of it is left`,
    (p) => `无法写入"${p.path}"（${p.why}）；没有留下任何残余`,
  ),
  archiveNotWrittenRemedy: text(
    'Name a file in a folder that is there and has room: berth bundle --output FILE',
    '请指定已存在且空间足够的目录中的文件：berth bundle --output 文件',
  ),
};
