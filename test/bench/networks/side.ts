import { execFileSync } from 'node:child_process';
import type { TestNamespaces } from '../../integration/network/namespaces.ts';
import type { BenchDaemon } from '../daemons.ts';
import { timed } from '../median.ts';
import { type Daemon, runCommand, startDaemon } from '../process.ts';

/** Hosts of the benchmark, as far as networks go: one for each engine, and one that asks both. */
export const places = ['berth', 'docker', 'client'] as const;

/** Name of a host. */
export type Place = (typeof places)[number];

/** Between the client and each engine's host: networks of two addresses, the host's first. */
const wires = { berth: '192.0.2', docker: '198.51.100' } as const;

export const image = 'berth-bench-network';

/** Settings of the client's host (Documentation/networking/ip-sysctl.rst). */
const manyConnections = { ip_local_port_range: '1024 65535', tcp_tw_reuse: '1' } as const;

/** An engine on a host of its own. */
export class Side {
  readonly #place: 'berth' | 'docker';
  readonly #namespaces: TestNamespaces<Place>;
  readonly #daemon: Daemon;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(
    parts: {
      readonly place: 'berth' | 'docker';
      readonly namespaces: TestNamespaces<Place>;
      readonly daemon: Daemon;
    },
    socket: string,
  ) {
    this.#place = parts.place;
    this.#namespaces = parts.namespaces;
    this.#daemon = parts.daemon;
    this.#env = { DOCKER_HOST: `unix://${socket}` };
  }

  /** Starts an engine on a host that is joined to the client's. @param tar root file system of the image */
  static async open(
    place: 'berth' | 'docker',
    {
      namespaces,
      command,
      tar,
    }: {
      readonly namespaces: TestNamespaces<Place>;
      readonly command: BenchDaemon;
      readonly tar: string;
    },
  ): Promise<Side> {
    joinToClient(namespaces, place);
    const inside = {
      ...command,
      command: ['nsenter', `--net=${namespaces.path(place)}`, ...command.command] as const,
    };
    const daemon = await startDaemon(inside, command.socket);
    const side = new Side({ place, namespaces, daemon }, command.socket);
    await side.docker('import', tar, image);
    return side;
  }

  /** The host's address, as the client reaches it. */
  get address(): string {
    return `${wires[this.#place]}.1`;
  }

  docker(...args: readonly string[]): Promise<void> {
    return runCommand(['docker', ...args], { env: this.#env, timeoutMs: 120_000 });
  }

  /** What a docker command prints. */
  said(...args: readonly string[]): string {
    const env = { ...process.env, ...this.#env };
    return execFileSync('docker', args, { env, encoding: 'utf8' }).trim();
  }

  /** What a command of the client's host prints. */
  fromClient(...command: readonly string[]): Promise<string> {
    return this.#namespaces.begin('client', ...command);
  }

  /** Milliseconds of a whole `docker run --rm`. */
  run(...options: readonly string[]): Promise<number> {
    return timed(() => this.docker('run', '--rm', ...options, image, '/busybox', 'true'));
  }

  async close(): Promise<void> {
    const names = this.said('ps', '--all', '--quiet').split('\n').filter(Boolean);
    if (names.length > 0) await this.docker('rm', '--force', ...names);
    await this.#daemon.stop();
  }
}

function joinToClient(namespaces: TestNamespaces<Place>, place: 'berth' | 'docker'): void {
  const ip = (where: Place, ...args: readonly string[]): string =>
    namespaces.execute(where, 'ip', ...args);
  const far = ['peer', 'name', 'wan0', 'netns', namespaces.path(place)];
  ip('client', 'link', 'add', `to-${place}`, 'type', 'veth', ...far);
  ip('client', 'address', 'add', `${wires[place]}.2/24`, 'dev', `to-${place}`);
  ip('client', 'link', 'set', `to-${place}`, 'up');
  // Ports of connections that have ended are free after a minute: after three rounds of wrk there would be none left.
  for (const [key, value] of Object.entries(manyConnections))
    namespaces.execute('client', 'sh', '-c', `echo "${value}" > /proc/sys/net/ipv4/${key}`);
  ip(place, 'link', 'set', 'lo', 'up');
  ip(place, 'address', 'add', `${wires[place]}.1/24`, 'dev', 'wan0');
  ip(place, 'link', 'set', 'wan0', 'up');
  ip(place, 'route', 'add', 'default', 'via', `${wires[place]}.2`);
}
