import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { busyboxArchive } from '../api/busybox-image.ts';
import { ConfiguredBerthd, type Ended } from '../daemon/configured-berthd.ts';
import { until } from '../scripts/support/until.ts';
import { TestNamespaces } from './namespaces.ts';
import { SubordinateIds } from './subordinate-ids.ts';

/** `host`: where berthd is; `outside`: another host on the same wire. */
export type Place = 'host' | 'outside';

/** The wire between both: the interface `wan0` of each, with these addresses. */
export const wire = {
  host: { ipv4: '192.0.2.1', ipv6: 'fd00:2::1' },
  outside: { ipv4: '192.0.2.2', ipv6: 'fd00:2::2' },
} as const;

/** Interfaces that a host keeps when its last container is gone: the default bridge stays, as Docker's does. */
const kept = ['lo', 'wan0', 'berth0'];

/**
 * A real berthd on a host of its own, as far as networks go: two network namespaces with a wire between them. `stop` takes all
 * down, and throws when something is left.
 */
export class NetworkedDaemon {
  readonly berthd: ConfiguredBerthd;
  readonly #namespaces: TestNamespaces<Place>;
  readonly #others: ChildProcess[] = [];
  readonly #ids: SubordinateIds | undefined;

  private constructor(namespaces: TestNamespaces<Place>, ids: SubordinateIds | undefined) {
    this.#namespaces = namespaces;
    this.#ids = ids;
    const mounts = ids === undefined ? [] : [`--mount=${ids.process}/ns/mnt`];
    this.berthd = new ConfiguredBerthd(['nsenter', `--net=${namespaces.path('host')}`, ...mounts]);
    // Root of a container may be an ordinary user here.
    if (ids !== undefined) chmodSync(this.berthd.root, 0o711);
  }

  /**
   * @param keys of daemon.json; the image `bb` (busybox) is there
   * @param options `ids`: what /etc/subuid and /etc/subgid have in them, for `userns-remap`
   */
  static async start(
    keys: object = {},
    options: { readonly ids?: string } = {},
  ): Promise<NetworkedDaemon> {
    const namespaces = await TestNamespaces.make('host', 'outside');
    joinBoth(namespaces);
    const ids = options.ids === undefined ? undefined : await SubordinateIds.make(options.ids);
    const daemon = new NetworkedDaemon(namespaces, ids);
    daemon.berthd.write({ bridge: undefined, ...keys });
    try {
      await daemon.berthd.run();
      await daemon.docker('load', '-i', busyboxArchive(daemon.berthd.root));
    } catch (error) {
      await daemon.stop().catch(() => undefined);
      throw error;
    }
    return daemon;
  }

  /** Runs the real `docker` command; wants it to succeed, and gives what it printed, without the last line's end. */
  async docker(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.tryDocker(...args);
    if (status === 0) return stdout.trimEnd();
    throw new Error(`docker ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  }

  /** The same, however it ends. */
  tryDocker(...args: readonly string[]): Promise<Ended> {
    return this.berthd.docker(args);
  }

  /** What `docker inspect` and the like print as JSON. */
  async inspect(...args: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    return JSON.parse(await this.docker(...args)) as readonly Record<string, unknown>[];
  }

  /** The file of a place's network namespace, for nsenter(1). */
  namespace(place: Place): string {
    return this.#namespaces.path(place);
  }

  /** Runs a command in one of both places, for at most 30 seconds. */
  run(place: Place, ...command: readonly string[]): Promise<Ended> {
    const args = [`--net=${this.#namespaces.path(place)}`, ...command];
    return new Promise((resolve) => {
      execFile('nsenter', args, { timeout: 30_000 }, (error, stdout, stderr) => {
        const status = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ status, stdout, stderr });
      });
    });
  }

  /** What a URL answers to somebody in a place; an empty text when nobody answers within 5 seconds. */
  async fetch(place: Place, url: string): Promise<string> {
    const quiet = ['-s', '--noproxy', '*', '--connect-timeout', '5', '--max-time', '10'];
    return (await this.run(place, 'curl', ...quiet, url)).stdout;
  }

  /** Has a server of HTTP in a place that answers `/` with a text, until `stop`. */
  async serve(place: Place, port: number, text: string): Promise<void> {
    const folder = join(this.berthd.root, `served-${place}-${port}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'index.html'), text);
    const enter = [`--net=${this.#namespaces.path(place)}`, '/bin/busybox', 'httpd', '-f'];
    this.#others.push(
      spawn('nsenter', [...enter, '-p', `[::]:${port}`, '-h', folder], { stdio: 'ignore' }),
    );
    await until(`a server at ${port} ${place}`, async () => {
      const answer = await this.fetch(place, `http://127.0.0.1:${port}/`);
      return answer === text ? text : undefined;
    });
  }

  /** Interfaces in a place, by ip(8). */
  links(place: Place): readonly string[] {
    return this.#namespaces.ip(place, 'link', 'show').map(({ ifname }) => String(ifname));
  }

  /** All rules of nftables where berthd is. */
  async rules(): Promise<string> {
    return (await this.run('host', 'nft', 'list', 'ruleset')).stdout;
  }

  /** Ends berthd as `systemctl restart` or a crash does, and starts another one on what is there. */
  async restart(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await this.berthd.end(signal);
    await this.berthd.run();
  }

  /** Removes all containers and networks, ends berthd, and looks whether something is left. @throws what is left */
  async stop(): Promise<void> {
    const left: string[] = [];
    try {
      const containers = await this.#removeAll();
      await this.berthd.end();
      for (const process of this.#others) await endProcess(process);
      left.push(...(await this.#leftovers(containers)));
    } finally {
      await this.#namespaces.close();
      await this.berthd.stop();
      await this.#ids?.close();
    }
    if (left.length > 0) throw new Error(`a test has left: ${left.join('; ')}`);
  }

  async #removeAll(): Promise<readonly string[]> {
    const { stdout } = await this.tryDocker('ps', '-aq', '--no-trunc');
    const containers = lines(stdout);
    if (containers.length > 0) await this.tryDocker('rm', '-f', '-v', ...containers);
    await this.tryDocker('network', 'prune', '-f');
    return containers;
  }

  async #leftovers(containers: readonly string[]): Promise<readonly string[]> {
    const { root } = this.berthd;
    const look = (): readonly string[] => [
      ...this.links('host')
        .filter((name) => !kept.includes(name))
        .map((name) => `the interface ${name}`),
      ...processesIn(this.#namespaces.path('host')).map((name) => `the process ${name}`),
      ...processesIn(this.#namespaces.path('outside')).map((name) => `the process ${name}`),
      ...mountsBelow(root, this.#ids?.process).map((path) => `the mount ${path}`),
      ...cgroupsOf(containers).map((path) => `the cgroup ${path}`),
    ];
    try {
      // What has just ended may still be on its way out.
      await until('an empty host', () => (look().length === 0 ? true : undefined));
      return [];
    } catch {
      return look();
    }
  }
}

/** Brings both places up, with a wire between them; what `host` does not know, `outside` is asked for. */
function joinBoth(namespaces: TestNamespaces<Place>): void {
  const ip = (place: Place, ...args: readonly string[]): string =>
    namespaces.execute(place, 'ip', ...args);
  const peer = ['peer', 'name', 'wan0', 'netns', namespaces.path('outside')];
  ip('host', 'link', 'add', 'wan0', 'type', 'veth', ...peer);
  for (const place of ['host', 'outside'] as const) {
    const { ipv4, ipv6 } = wire[place];
    ip(place, 'link', 'set', 'lo', 'up');
    ip(place, 'address', 'add', `${ipv4}/24`, 'dev', 'wan0');
    ip(place, 'address', 'add', `${ipv6}/64`, 'dev', 'wan0', 'nodad');
    ip(place, 'link', 'set', 'wan0', 'up');
  }
  ip('host', 'route', 'add', 'default', 'via', wire.outside.ipv4);
  ip('host', 'route', 'add', 'default', 'via', wire.outside.ipv6);
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Processes whose network namespace is the one of a file. */
function processesIn(path: string): readonly string[] {
  const { ino } = statSync(path);
  return globSync('/proc/[0-9]*').flatMap((folder) => {
    try {
      if (statSync(join(folder, 'ns/net')).ino !== ino) return [];
      return [`${folder.slice('/proc/'.length)} ${readFileSync(join(folder, 'comm'), 'utf8')}`];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

function mountsBelow(root: string, process = '/proc/self'): readonly string[] {
  const table = readFileSync(join(process, 'mountinfo'), 'utf8');
  return lines(table).flatMap((line) => {
    const path = line.split(' ')[4] ?? '';
    return path.startsWith(`${root}/`) ? [path] : [];
  });
}

function cgroupsOf(containers: readonly string[]): readonly string[] {
  const folders = ['/sys/fs/cgroup', ...globSync('/sys/fs/cgroup/*')];
  return folders
    .flatMap((folder) => containers.map((id) => join(folder, 'berth', id)))
    .filter((path) => existsSync(path));
}
