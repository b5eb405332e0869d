import { phrase, text } from '../message.ts';

/** What the checks of the group `services` say. */
export const checkServiceMessages = {
  initTitle: text('Service manager', '服务管理器'),
  initWanted: text('systemd, OpenRC, or no service manager', 'systemd、OpenRC，或没有服务管理器'),
  initWhy: text(
    'It starts the daemon at boot and after a crash; where there is none berth does so itself.',
    '它在开机和崩溃后启动守护进程；没有时由 berth 自己负责。',
  ),
  initFound: phrase(
    (p: { manager: string; pid1: string }) => `${p.manager}, PID 1 is "${p.pid1}"`,
    (p) => `${p.manager}，PID 1 为"${p.pid1}"`,
  ),
  initNone: phrase(
    (p: { pid1: string }) => `no service manager: PID 1 is "${p.pid1}"`,
    (p) => `没有服务管理器：PID 1 为"${p.pid1}"`,
  ),
  initNoneNote: text(
    "berth's own supervisor keeps the daemon running; after a reboot run `berth up` again.",
    'berth 自带的监管进程会保持守护进程运行；重启后请再次运行 `berth up`。',
  ),
  initOther: phrase(
    (p: { manager: string; pid1: string }) => `${p.manager}: PID 1 is "${p.pid1}"`,
    (p) => `${p.manager}：PID 1 为"${p.pid1}"`,
  ),
  initNoComm: text('no /proc/1/comm', '没有 /proc/1/comm'),
  initGoOn: text(
    "Go on: berth's own supervisor keeps the daemon running; have your service manager run `berth up` at boot.",
    '可以继续：berth 自带的监管进程会保持守护进程运行；请让您的服务管理器在开机时运行 `berth up`。',
  ),

  portsTitle: text('API socket', 'API 套接字'),
  portsWanted: text(
    "a free path for the API's socket, or berth's daemon answering there",
    'API 套接字的路径空闲，或由 berth 的守护进程应答',
  ),
  portsWhy: text(
    'The daemon listens there; it removes a dead socket, but never a file that it did not make.',
    '守护进程在那里监听；它会清除失效的套接字，但绝不会删除不是它创建的文件。',
  ),
  portsNotFolder: phrase(
    (p: { folder: string }) => `"${p.folder}" is not a folder`,
    (p) => `"${p.folder}"不是目录`,
  ),
  portsMoveFolder: phrase(
    (p: { folder: string }) => `Move it away: berth keeps its socket in "${p.folder}".`,
    (p) => `请把它移走：berth 的套接字放在"${p.folder}"中。`,
  ),
  portsFree: phrase(
    (p: { path: string }) => `"${p.path}" is free`,
    (p) => `"${p.path}"空闲`,
  ),
  portsFile: phrase(
    (p: { path: string }) => `a file that is not a socket is at "${p.path}"`,
    (p) => `"${p.path}"是文件而不是套接字`,
  ),
  portsFolder: phrase(
    (p: { path: string }) => `a folder that is not a socket is at "${p.path}"`,
    (p) => `"${p.path}"是目录而不是套接字`,
  ),
  portsThing: phrase(
    (p: { path: string }) => `a thing that is not a socket is at "${p.path}"`,
    (p) => `"${p.path}"不是套接字`,
  ),
  portsMove: phrase(
    (p: { path: string }) => `See what it is and move it away: ls -ld ${p.path}`,
    (p) => `请查看并移走：ls -ld ${p.path}`,
  ),
  portsAnswers: phrase(
    (p: { path: string }) => `a daemon answers at "${p.path}"`,
    (p) => `"${p.path}"有守护进程应答`,
  ),
  portsOwned: phrase(
    (p: { path: string; owner: string; pid: number }) =>
      `a daemon answers at "${p.path}": "${p.owner}", process "${p.pid}"`,
    (p) => `"${p.path}"有守护进程应答："${p.owner}"，进程 "${p.pid}"`,
  ),
  portsForeign: phrase(
    (p: { path: string; owner: string; pid: number }) =>
      `"${p.owner}", process "${p.pid}", listens at "${p.path}"`,
    (p) => `"${p.owner}"（进程 "${p.pid}"）正在"${p.path}"监听`,
  ),
  portsStop: phrase(
    (p: { pid: number }) => `Stop process "${p.pid}", or choose another place with --socket PATH.`,
    (p) => `请停止进程 "${p.pid}"，或用 --socket 路径 选择其他位置。`,
  ),
  portsDead: phrase(
    (p: { path: string }) => `a dead socket at "${p.path}"`,
    (p) => `"${p.path}"是失效的套接字`,
  ),
  portsDeadNote: text(
    'The daemon that made it is gone; the next one replaces it.',
    '创建它的守护进程已不在；下一个会替换它。',
  ),

  oldDockerTitle: text('Other Docker packages', '其他 Docker 软件包'),
  oldDockerWanted: text(
    'no outdated Docker package, no Docker snap',
    '没有过时的 Docker 软件包，也没有 Docker snap',
  ),
  oldDockerWhy: text(
    'Two engines share the firewall, the bridge and the docker command; berth touches none of the other.',
    '两个引擎会共用防火墙、网桥和 docker 命令；berth 不会改动另一个。',
  ),
  oldDockerPackage: phrase(
    (p: { name: string; version: string }) => `package "${p.name}" ${p.version}`.trim(),
    (p) => `软件包"${p.name}" ${p.version}`.trim(),
  ),
  oldDockerSnap: text('the snap "docker"', 'snap 包 "docker"'),
  oldDockerNone: text('none', '没有'),
  oldDockerCurrent: phrase(
    (p: { packages: string }) => `${p.packages}: berth lives beside it.`,
    (p) => `${p.packages}：berth 可与其共存。`,
  ),
  oldDockerGoOn: text(
    'Go on: berth lives beside it, with its own data and socket. If nobody needs it: "berth up --replace-docker" stops it and keeps its data.',
    '可以继续：berth 使用自己的数据和套接字，与其共存。若已无人使用："berth up --replace-docker" 会停止它并保留数据。',
  ),

  oldRuntimeTitle: text('Other engines', '其他容器引擎'),
  oldRuntimeWanted: text(
    'no other container engine, or one that keeps apart from berth',
    '没有其他容器引擎，或与 berth 互不干扰',
  ),
  oldRuntimeWhy: text(
    'Two engines that keep their data in one place, or answer at one socket, destroy what the other has.',
    '两个引擎若共用数据目录或套接字，会破坏彼此的数据。',
  ),
  oldRuntimeNone: text('none runs', '没有正在运行的'),
  oldRuntimeRuns: phrase(
    (p: { name: string; pid: number; dataRoot: string; containers: number }) =>
      `"${p.name}" runs as process "${p.pid}", data in "${p.dataRoot}", ${p.containers} ${p.containers === 1 ? 'container' : 'containers'}`,
    (p) => `"${p.name}"正在运行（进程 "${p.pid}"），数据在"${p.dataRoot}"，容器 ${p.containers} 个`,
  ),
  oldRuntimeApart: text(
    'berth lives beside it, with its own data and socket.',
    'berth 使用自己的数据和套接字，与其共存。',
  ),
  oldRuntimeSharedData: phrase(
    (p: { name: string; dataRoot: string }) =>
      `"${p.name}" keeps its data in "${p.dataRoot}", where berth would`,
    (p) => `"${p.name}"的数据在"${p.dataRoot}"，与 berth 的位置冲突`,
  ),
  oldRuntimeSharedDataRemedy: text(
    'Give berth a data root of its own: berth up --data-root PATH.',
    '请为 berth 指定单独的数据目录：berth up --data-root 路径。',
  ),
  oldRuntimeLeft: phrase(
    (p: { dataRoot: string; containers: number }) =>
      `nothing runs; "${p.dataRoot}" has ${p.containers} ${p.containers === 1 ? 'container' : 'containers'} of Docker`,
    (p) => `没有正在运行的；"${p.dataRoot}"中有 Docker 的 ${p.containers} 个容器`,
  ),
};
