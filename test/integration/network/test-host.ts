import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { backgroundClock, type Clock } from '../../../runtime/host/clock.ts';
import type { NetworkRequest } from '../../../runtime/network/lifecycle/create-network.ts';
import type { NetworkPaths, NetworkSettings } from '../../../runtime/network/network-ports.ts';
import { Networks } from '../../../runtime/network/networks.ts';
import { enterNamespace } from '../../../runtime/network/namespaces/network-namespace.ts';
import type { Firewall } from '../../../runtime/network/firewall/firewall.ts';
import { defaultPools } from '../../../runtime/network/address/subnet-pools.ts';
import type { EndpointRequest } from '../../../runtime/network/sandboxes/endpoint-request.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { Label } from '../../../runtime/syscall/program.ts';
import type { ProgramRunner } from '../../../runtime/syscall/run-image.ts';
import { TestNamespaces } from './namespaces.ts';
import { noFirewall } from './no-bridge.ts';

export const defaultSettings: NetworkSettings = {
  defaultBridge: { name: 'berth0', ipv6: false, options: {} },
  pools: defaultPools,
  defaultOptions: {},
  relays: false,
  hostGateways: [],
};

/** A host of a test: a network namespace in which the programs of `Networks` run, and folders. */
export class TestHost {
  readonly namespaces: TestNamespaces<'host' | 'outside'>;
  readonly runner: ProgramRunner;
  readonly problems: unknown[] = [];
  readonly notices: string[] = [];
  readonly paths: NetworkPaths;

  private constructor(namespaces: TestNamespaces<'host' | 'outside'>) {
    this.namespaces = namespaces;
    this.runner = {
      run: (program, options) => {
        if (program instanceof ProgramBuilder) beginIn(namespaces.path('host'), program);
        return namespaces.launcher.run(program, options);
      },
    };
    const folder = join(namespaces.path('host'), '..', 'berth');
    this.paths = {
      dataFolder: join(folder, 'data'),
      sandboxFolder: join(folder, 'sandboxes'),
      namespaceFolder: join(folder, 'netns'),
    };
  }

  static async make(): Promise<TestHost> {
    return new TestHost(await TestNamespaces.make('host', 'outside'));
  }

  /** What a start of berthd finds. */
  open({
    runner = this.runner,
    settings = {},
    firewall = noFirewall,
    clock = backgroundClock,
  }: {
    readonly runner?: ProgramRunner;
    readonly settings?: Partial<NetworkSettings>;
    readonly firewall?: Firewall;
    readonly clock?: Clock;
  } = {}): Promise<Networks> {
    return Networks.open({
      ...{ runner, paths: this.paths, firewall, clock },
      settings: { ...defaultSettings, ...settings },
      report: (problem) => this.problems.push(problem),
      notice: (text) => this.notices.push(text),
    });
  }

  ip(...args: readonly string[]): readonly Record<string, unknown>[] {
    return this.namespaces.ip('host', ...args);
  }

  /** Names of the host's interfaces besides loopback and berth0, which comes with the first container that wants it. */
  links(): readonly string[] {
    return this.ip('link')
      .map(({ ifname }) => String(ifname))
      .filter((name) => name !== 'lo' && name !== 'berth0')
      .toSorted();
  }

  /** Network namespaces that are kept by a mount, in which there is something. */
  keptNamespaces(): readonly string[] {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    return mounts
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(this.paths.namespaceFolder));
  }

  sandboxFiles(): readonly string[] {
    // Beside them there is a note that the host has something of networks.
    return readdirSync(this.paths.sandboxFolder).filter((name) => name.endsWith('.json'));
  }

  async close(): Promise<void> {
    for (const path of this.keptNamespaces()) execFileSync('umount', ['--lazy', path]);
    await this.namespaces.close();
  }
}

/** What a command prints in the namespace of a container. @throws its exit status is not 0 */
export function inside(namespace: string, ...command: readonly string[]): string {
  return execFileSync('nsenter', [`--net=${namespace}`, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** What ip(8) says there. */
export function ipInside(
  namespace: string,
  ...args: readonly string[]
): readonly Record<string, unknown>[] {
  const output = inside(namespace, 'ip', '-json', '-details', ...args);
  return JSON.parse(output.trim() || '[]') as readonly Record<string, unknown>[];
}

export function ping(namespace: string, to: string, waitSeconds = 10): string {
  return inside(namespace, 'busybox', 'ping', '-c', '1', '-W', String(waitSeconds), to);
}

/** Routers of a container, with the interfaces that lead to them. */
export function defaultRoutes(namespace: string): readonly string[] {
  return ['-4', '-6'].flatMap((family) =>
    ipInside(namespace, family, 'route', 'show', 'default').map(
      ({ gateway = '', dev }) => `${String(gateway)} ${String(dev)}`,
    ),
  );
}

export function networkRequest(
  request: Partial<NetworkRequest> & { readonly name: string },
): NetworkRequest {
  return {
    ...{ driver: '', internal: false, attachable: false, configOnly: false, configFrom: '' },
    ...{ ipam: undefined, options: {}, labels: {}, ...request },
  };
}

export function subnets(...texts: readonly string[]): NetworkRequest['ipam'] {
  const list = texts.map((subnet) => ({ subnet, range: '', gateway: '', auxiliary: {} }));
  return { driver: 'default', options: null, subnets: list };
}

export function endpointRequest(
  network: string,
  request: Partial<EndpointRequest> = {},
): EndpointRequest {
  return { network, names: ['web'], gatewayPriority: 0, links: [], options: {}, ...request };
}

const ids = [{ containerID: 0, hostID: 200_000, size: 65_536 }];

/** The users of containers that have their own. */
export const ownUsers = { uids: ids, gids: ids };

/** Id of a container. */
export function containerId(number: number): string {
  return number.toString(16).padStart(64, '0');
}

/** Puts the steps that enter a namespace before all others of a program. */
function beginIn(path: string, p: ProgramBuilder): void {
  const count = p.steps.length;
  enterNamespace(p, path);
  const first = p.steps.splice(count);
  const labels = new Set(
    p.steps.flatMap(({ target }) => (target instanceof Label ? [target] : [])),
  );
  for (const label of labels) if (label.index !== undefined) label.index += first.length;
  p.steps.unshift(...first);
}
