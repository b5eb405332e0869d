import { text } from '../message.ts';

/** What each verb of the host does, as `berth --help` lists them. */
export const verbMessages = {
  up: text(
    'set this host up, start the engine and run hello-world',
    '配置本机、启动引擎并运行 hello-world',
  ),
  down: text('undo what "up" has done to this host', '撤销 "up" 对本机所做的一切'),
  status: text('show what is installed and running', '显示已安装和正在运行的内容'),
  check: text('check whether this host can run containers', '检查本机能否运行容器'),
  daemon: text(
    'run the daemon here; or: start, stop, restart, logs',
    '在前台运行守护进程；或：start、stop、restart、logs',
  ),
  mirror: text(
    'serve images and packages to other hosts, each fetched once',
    '为其他主机缓存并提供镜像和软件包，每个只下载一次',
  ),
  oci: text(
    'an OCI runtime for other engines, with the command line of runc',
    '供其他引擎使用的 OCI 运行时，命令行与 runc 相同',
  ),
  versions: text(
    'list the versions of berth and of the Docker client that can be installed',
    '列出 berth 的版本以及可安装的 Docker 客户端版本',
  ),
};
