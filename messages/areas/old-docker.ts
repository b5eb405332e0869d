import { phrase, text } from '../message.ts';

/** Another Docker on the host: what it holds, and what `--replace-docker` does with it. */
export const oldDockerMessages = {
  optionReplace: text(
    'stop the Docker that is here, and keep its data; "berth down" starts it again',
    '停止本机已有的 Docker，保留其数据；"berth down" 会再次启动它',
  ),
  optionImport: text(
    'with --replace-docker, take over from it: images, volumes, or both (comma)',
    '与 --replace-docker 同用，从中导入：images、volumes，或两者（用逗号分隔）',
  ),
  importInvalid: phrase(
    (p: { value: string }) =>
      `--import-docker is "${p.value}"; wanted images, volumes, or images,volumes`,
    (p) => `--import-docker 的值是"${p.value}"；应为 images、volumes 或 images,volumes`,
  ),
  importRemedy: text(
    'For example: berth up --replace-docker --import-docker images,volumes',
    '例如：berth up --replace-docker --import-docker images,volumes',
  ),
  importAlone: text(
    '--import-docker was given without --replace-docker; wanted both',
    '只给出了 --import-docker 而没有 --replace-docker；两者须同时给出',
  ),
  kindPackage: text('Docker from packages', '软件包安装的 Docker'),
  kindSnap: text('Docker from a snap', 'snap 安装的 Docker'),
  kindStatic: text('Docker that no package installed', '并非由软件包安装的 Docker'),
  kindRootless: text("a user's own (rootless) Docker", '某用户自己的（rootless）Docker'),
  kindPodman: text("Podman's docker command", 'Podman 的 docker 命令'),
  found: phrase(
    (p: { kind: string; name: string; state: string; holds: string }) =>
      `${p.kind} (${p.name}) ${p.state}${p.holds}`,
    (p) => `发现${p.kind}（${p.name}），${p.state}${p.holds}`,
  ),
  isRunning: text('runs', '正在运行'),
  notRunning: text('is installed and does not run', '已安装但未运行'),
  holds: phrase(
    (p: { list: string; where: string }) => `; it holds ${p.list} in ${p.where}`,
    (p) => `；在 ${p.where} 中有 ${p.list}`,
  ),
  containers: phrase(
    (p: { count: number; running: number }) =>
      `${p.count} ${p.count === 1 ? 'container' : 'containers'} (${p.running} running)`,
    (p) => `${p.count} 个容器（${p.running} 个正在运行）`,
  ),
  images: phrase(
    (p: { count: number }) => `${p.count} ${p.count === 1 ? 'image' : 'images'}`,
    (p) => `${p.count} 个镜像`,
  ),
  volumes: phrase(
    (p: { count: number }) => `${p.count} ${p.count === 1 ? 'volume' : 'volumes'}`,
    (p) => `${p.count} 个卷`,
  ),
  leftAlone: text(
    'it stays as it is; --replace-docker would stop it and keep its data',
    '它保持原样；--replace-docker 会停止它并保留其数据',
  ),
  isReplaced: text('it is stopped; its data stays where it is', '它会被停止；其数据留在原处'),
  rootlessStays: text('it belongs to that user and stays as it is', '它属于该用户，保持原样'),
  stepStop: phrase(
    (p: { name: string }) => `stop Docker (${p.name}) and keep it from starting; its data stays`,
    (p) => `停止 Docker（${p.name}）并阻止其自动启动；其数据保留`,
  ),
  stepSave: phrase(
    (p: { count: number; path: string }) => `save images of Docker (${p.count}) to ${p.path}`,
    (p) => `将 Docker 的 ${p.count} 个镜像保存到 ${p.path}`,
  ),
  stillRuns: phrase(
    (p: { pid: number; seconds: number }) =>
      `dockerd, process ${p.pid}, still runs ${p.seconds} s after it was asked to stop; wanted it gone`,
    (p) => `dockerd（进程 ${p.pid}）在被要求停止 ${p.seconds} 秒后仍在运行；应已退出`,
  ),
  stillRunsRemedy: phrase(
    (p: { pid: number }) =>
      `Look what it waits for ("ps -fp ${p.pid}"), stop it, then run "berth up" again.`,
    (p) => `请查看它在等待什么（"ps -fp ${p.pid}"），停止它，然后再次运行 "berth up"。`,
  ),
  startByHand: phrase(
    (p: { command: string; names: string }) =>
      `dockerd had been started by hand; start it again with: ${p.command}${p.names === '' ? '' : `; then what ran in it: docker start ${p.names}`}`,
    (p) =>
      `dockerd 原是手动启动的；请用此命令再次启动：${p.command}${p.names === '' ? '' : `；然后启动原先运行的容器：docker start ${p.names}`}`,
  ),
  stillSilent: phrase(
    (p: { seconds: number }) => `Docker did not answer within ${p.seconds} s`,
    (p) => `Docker 在 ${p.seconds} 秒内没有应答`,
  ),
  containersStay: phrase(
    (p: { list: string }) => `Docker runs again, but containers that ran before do not: ${p.list}`,
    (p) => `Docker 已重新运行，但以下原先运行的容器未能启动：${p.list}`,
  ),
  noRoom: phrase(
    (p: { needed: string; free: string; path: string }) =>
      `the images of Docker take ${p.needed}, and "${p.path}" has ${p.free} free; wanted room for a copy`,
    (p) => `Docker 的镜像占 ${p.needed}，而"${p.path}"只剩 ${p.free}；需要足够存放一份副本的空间`,
  ),
  noRoomRemedy: text(
    'Make room, use --data-root on another disk, or leave out "images" from --import-docker.',
    '请腾出空间、用 --data-root 换一块磁盘，或从 --import-docker 中去掉 "images"。',
  ),
  notAnswering: phrase(
    (p: { socket: string }) =>
      `the Docker to import from does not answer at "${p.socket}"; wanted it running, because only it can hand out its images`,
    (p) =>
      `要从中导入的 Docker 在"${p.socket}"没有应答；它必须正在运行，因为只有它能导出自己的镜像`,
  ),
  notAnsweringRemedy: text(
    'Start it ("systemctl start docker"), then run the same command again.',
    '请启动它（"systemctl start docker"），然后再次运行同一命令。',
  ),
  importFailed: phrase(
    (p: { why: string }) => `the engine could not load the images of Docker: ${p.why}`,
    (p) => `引擎无法加载 Docker 的镜像：${p.why}`,
  ),
  importFailedRemedy: phrase(
    (p: { archive: string }) =>
      `The archive is kept: try "berth load --input ${p.archive}" by hand.`,
    (p) => `归档文件已保留：可手动执行 "berth load --input ${p.archive}"。`,
  ),
  imagesImported: phrase(
    (p: { count: number }) => `${p.count} ${p.count === 1 ? 'image' : 'images'} imported`,
    (p) => `已导入 ${p.count} 个镜像`,
  ),
  volumeImported: phrase(
    (p: { name: string }) => `volume "${p.name}" imported`,
    (p) => `已导入卷"${p.name}"`,
  ),
  volumeThere: phrase(
    (p: { name: string }) => `volume "${p.name}" is there already and stays as it is`,
    (p) => `卷"${p.name}"已存在，保持原样`,
  ),
  volumeForeign: phrase(
    (p: { name: string; driver: string }) =>
      `volume "${p.name}" is not imported: its data is kept by "${p.driver}", not in Docker's folder`,
    (p) => `未导入卷"${p.name}"：其数据由"${p.driver}"保存，不在 Docker 的目录中`,
  ),
  summary: phrase(
    (p: { name: string }) => `replaced  ${p.name}; "berth down" starts it again`,
    (p) => `已取代    ${p.name}；"berth down" 会再次启动它`,
  ),
};
