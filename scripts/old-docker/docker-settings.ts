import { parse } from 'jsonc-parser';
import { readTextIfExists } from '../../runtime/host/files.ts';
import type { DockerDaemon } from './docker-installation.ts';

/** dockerd's own defaults (dockerd(8)). */
export const dockerDefaults = {
  socket: '/var/run/docker.sock',
  dataRoot: '/var/lib/docker',
  config: '/etc/docker/daemon.json',
} as const;

/** How a dockerd was started. */
interface DockerStart {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly owner: DockerDaemon['owner'];
}

/** Sockets and data root of a dockerd: its flags first, then its daemon.json, then its defaults (dockerd(8)). */
export async function readDockerSettings(
  start: DockerStart,
): Promise<Pick<DockerDaemon, 'sockets' | 'dataRoot'>> {
  const { argv } = start;
  const own = defaultsFor(start);
  const config = await readConfig(flag(argv, ['--config-file']).at(-1) ?? own.config);
  const hosts = [...flag(argv, ['-H', '--host']), ...config.hosts];
  return {
    dataRoot:
      flag(argv, ['--data-root', '-g', '--graph']).at(-1) ?? config.dataRoot ?? own.dataRoot,
    sockets:
      hosts.length === 0 ? [own.socket] : hosts.flatMap((host) => socketOf(host, own.socket)),
  };
}

/** Without a daemon: where a Docker that is installed and does not run keeps its data. */
export async function configuredDataRoot(configPath: string): Promise<string> {
  return (await readConfig(configPath)).dataRoot ?? dockerDefaults.dataRoot;
}

function defaultsFor({ owner, environment }: DockerStart): {
  readonly socket: string;
  readonly dataRoot: string;
  readonly config: string;
} {
  if (owner === 'system') return dockerDefaults;
  const home = environment['HOME'] ?? '/root';
  return {
    socket: `${environment['XDG_RUNTIME_DIR'] ?? `${home}/.docker/run`}/docker.sock`,
    dataRoot: `${environment['XDG_DATA_HOME'] ?? `${home}/.local/share`}/docker`,
    config: `${environment['XDG_CONFIG_HOME'] ?? `${home}/.config`}/docker/daemon.json`,
  };
}

/** `fd://` is what systemd's docker.socket has opened, which is the default one. TCP is of no use here. */
function socketOf(host: string, standard: string): readonly string[] {
  if (host.startsWith('fd://')) return [standard];
  return host.startsWith('unix://') ? [host.slice('unix://'.length)] : [];
}

/** Values of a flag, written `--flag value` or `--flag=value`. */
function flag(argv: readonly string[], names: readonly string[]): readonly string[] {
  return argv.flatMap((word, index) => {
    if (names.includes(word)) return argv[index + 1] ?? [];
    const name = names.find((candidate) => word.startsWith(`${candidate}=`));
    return name === undefined ? [] : [word.slice(name.length + 1)];
  });
}

async function readConfig(
  path: string,
): Promise<{ readonly dataRoot?: string; readonly hosts: readonly string[] }> {
  const text = await readTextIfExists(path).catch(() => undefined);
  // A daemon.json that cannot be read is Docker's to complain of; here it only has nothing to say.
  const value: unknown = text === undefined ? undefined : parse(text);
  if (typeof value !== 'object' || value === null) return { hosts: [] };
  const config = value as Readonly<Record<string, unknown>>;
  const [root, hosts] = [config['data-root'], config['hosts']];
  return {
    ...(typeof root === 'string' ? { dataRoot: root } : {}),
    hosts: Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [],
  };
}
