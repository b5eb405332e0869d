import { parse } from 'jsonc-parser';
import type { HostFiles } from '../context.ts';
import { findProcesses } from './running-processes.ts';

/** A container engine that runs on this host and is not berth. */
export interface OtherEngine {
  /** Name of its program. */
  readonly name: string;
  readonly pid: number;
  /** 0, or of the user who runs it rootless. */
  readonly uid: number;
  readonly dataRoot: string;
  /** Sockets at which it is usually reached, of those that are there. */
  readonly sockets: readonly string[];
  /** As its data root has them; 0 where it keeps them otherwise. */
  readonly containers: number;
}

interface EngineKind {
  readonly dataRoot: string;
  /** Option that names another data root. */
  readonly options: readonly string[];
  readonly sockets: readonly string[];
}

const kinds: Readonly<Record<string, EngineKind>> = {
  dockerd: {
    dataRoot: '/var/lib/docker',
    options: ['--data-root', '--graph', '-g'],
    sockets: ['/run/docker.sock', '/var/run/docker.sock'],
  },
  containerd: {
    dataRoot: '/var/lib/containerd',
    options: ['--root'],
    sockets: ['/run/containerd/containerd.sock'],
  },
  crio: {
    dataRoot: '/var/lib/containers',
    options: ['--root'],
    sockets: ['/run/crio/crio.sock'],
  },
  podman: {
    dataRoot: '/var/lib/containers',
    options: ['--root'],
    sockets: ['/run/podman/podman.sock'],
  },
};

/** The engines that run, by their processes; the containerd that dockerd starts for itself is a part of that. */
export async function findEngines(files: HostFiles): Promise<readonly OtherEngine[]> {
  const found: OtherEngine[] = [];
  for (const [name, kind] of Object.entries(kinds)) {
    for (const pid of await findProcesses(files, name)) {
      if (name === 'containerd' && (await isDockersOwn(files, pid))) continue;
      found.push(await describeEngine(files, { name, pid, kind }));
    }
  }
  return found;
}

async function isDockersOwn(files: HostFiles, pid: number): Promise<boolean> {
  const argv = (await files.readText(`/proc/${pid}/cmdline`)) ?? '';
  return argv.includes('/docker/containerd/');
}

async function describeEngine(
  files: HostFiles,
  { name, pid, kind }: { readonly name: string; readonly pid: number; readonly kind: EngineKind },
): Promise<OtherEngine> {
  const argv = ((await files.readText(`/proc/${pid}/cmdline`)) ?? '').split('\0');
  const status = (await files.readText(`/proc/${pid}/status`)) ?? '';
  const configured = name === 'dockerd' ? await dockerDataRoot(files, argv) : undefined;
  const dataRoot = optionOf(argv, kind.options) ?? configured ?? kind.dataRoot;
  const there = await Promise.all(kind.sockets.map((path) => files.kind(path)));
  return {
    name,
    pid,
    uid: Number(/^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1] ?? 0),
    dataRoot,
    sockets: kind.sockets.filter((_, index) => there[index] === 'socket'),
    containers: await countContainers(files, dataRoot),
  };
}

/** `--data-root=PATH` or `--data-root PATH`, as Go's flags have it. */
function optionOf(argv: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, word] of argv.entries()) {
    const [name = '', ...value] = word.split('=');
    if (!names.includes(name)) continue;
    return value.length > 0 ? value.join('=') : argv[index + 1];
  }
  return undefined;
}

/** `data-root` of Docker's daemon.json, `graph` in old ones. */
async function dockerDataRoot(
  files: HostFiles,
  argv: readonly string[],
): Promise<string | undefined> {
  const path = optionOf(argv, ['--config-file']) ?? '/etc/docker/daemon.json';
  const config: unknown = parse((await files.readText(path)) ?? '{}');
  if (typeof config !== 'object' || config === null) return undefined;
  const named = 'data-root' in config ? config['data-root'] : undefined;
  const graph = 'graph' in config ? config.graph : undefined;
  const value = named ?? graph;
  return typeof value === 'string' ? value : undefined;
}

/** Containers of a Docker data root: one folder each, named by its id. */
export async function countContainers(
  files: HostFiles,
  dataRoot = '/var/lib/docker',
): Promise<number> {
  const names = await files.list(`${dataRoot}/containers`);
  return names.filter((name) => /^[0-9a-f]{64}$/.test(name)).length;
}
