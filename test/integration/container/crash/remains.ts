import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { globSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { NetworkRemains } from './network-remains.ts';
import type { World } from './world.ts';

/** Made when it is needed first, and there from then on. */
const madeOnce = [
  ...['run/exec.sock', 'run/containers/', 'data/registries/scores.json'],
  ...['run/networks/on-host', 'run/networks/forwarding', 'run/netns/'],
];

/** A container's folders for checkpoints and CRIU's logs: the same, and what is in them is looked at. */
const madeForCheckpoints = /^data\/containers\/[^/]+\/(?:checkpoints|criu)\/$/;

/** What is on the disk, and what is of containers that run. */
export function remainsOf(
  world: World,
  extent: 'all' | 'without rules' = 'all',
): readonly string[] {
  const networks = new NetworkRemains(world);
  return [
    ...[...filesBelow(world.berthd.root, 'data'), ...filesBelow(world.berthd.root, 'run')].filter(
      (line) =>
        !madeOnce.includes(line.split(' ')[0] ?? '') &&
        !madeForCheckpoints.test(line) &&
        !isToBeContinued(line) &&
        !networks.isSpare(line) &&
        !isOfView(world.berthd.root, line),
    ),
    ...mountsBelow(world).filter((line) => !networks.isSpare(line)),
    ...networks.interfaces(),
    ...(extent === 'all' ? networks.rules() : []),
    ...processesOf(world),
    ...cgroupsOf(idsOf(world)).map((path) => `cgroup ${path}${isFrozen(path) ? ' frozen' : ''}`),
  ];
}

/** A download that was cut short goes on there. */
function isToBeContinued(line: string): boolean {
  return /^data\/images\/ingest\/\S+\.part /.test(line);
}

/** Where the files of a container that does not run were read: its next start, and its removal, take that away. */
function isOfView(root: string, line: string): boolean {
  const [, folder, below] = /^(run\/containers\/[^/]+\/)(.*)$/.exec(line) ?? [];
  if (folder === undefined) return false;
  if (below !== '') return below?.startsWith('files/') === true;
  const entries = entriesOf(join(root, folder));
  return entries.length > 0 && entries.every(({ name }) => name === 'files');
}

function isFrozen(cgroup: string): boolean {
  try {
    return readFileSync(join(cgroup, 'freezer.state'), 'utf8') !== 'THAWED\n';
  } catch {
    // Another hierarchy.
    return false;
  }
}

/** Every file with what is in it, but not what containers have written. */
function filesBelow(root: string, path: string): readonly string[] {
  const lines: string[] = [];
  for (const entry of entriesOf(join(root, path))) {
    const below = join(path, entry.name);
    if (entry.isDirectory()) {
      lines.push(`${below}/`);
      if (!/^data\/(?:snapshots\/[^/]+\/fs|containers\/[^/]+\/(?:upper|work))$/.test(below))
        lines.push(...filesBelow(root, below));
    } else lines.push(entry.isFile() ? `${below} ${digestOf(join(root, below))}` : below);
    // It is going to be done: what is there is not the end of it.
    if (entry.name.endsWith('.json') && isPending(join(root, below)))
      lines.push(`${below} pending`);
  }
  return lines.sort();
}

/** What is being removed meanwhile has nothing in it. */
function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isPending(record: string): boolean {
  try {
    return /"(?:pending|changing|unlinking|checkpointImages)":/.test(readFileSync(record, 'utf8'));
  } catch {
    return false;
  }
}

function digestOf(path: string): string {
  try {
    if (lstatSync(path).size > 1 << 20) return 'large';
    return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 8);
  } catch {
    return 'gone';
  }
}

function mountsBelow(world: World): readonly string[] {
  const places = world.host
    .read('mountinfo')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  return places
    .filter((place) => place.startsWith(`${world.berthd.root}/`))
    .map((place) => `mount ${place}`);
}

/**
 * berthd's own, as launchers and monitors, without the tracer, and without what is made when it is needed: the second launcher, and who
 * holds the lock of a berthd that makes rules.
 */
function processesOf(world: World): readonly string[] {
  const found = world.processes().filter(({ name }) => name !== 'strace');
  const launchers = found.filter(
    ({ name, parent }) => name === 'berth-launcher' && parent === world.berthd.pid,
  );
  const second = launchers.length === 2 ? launchers[1] : undefined;
  const isLock = ({ name, parent }: (typeof found)[number]): boolean =>
    name === 'berth-lock' && launchers.some(({ pid }) => pid === parent);
  return found
    .filter((each) => each !== second && !isLock(each))
    .map(({ name }) => `process ${name}`)
    .sort();
}

/** Processes in the root file systems of berthd's containers. */
export function containedProcesses({ berthd: { root } }: World): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
      return mounts.some((line) => line.split(' ')[4] === '/' && line.includes(`${root}/`));
    } catch {
      // It has ended.
      return false;
    }
  });
}

/** Cgroups of these containers. */
export function cgroupsOf(ids: readonly string[]): readonly string[] {
  return ids.flatMap((id) =>
    globSync([`/sys/fs/cgroup/berth/${id}`, `/sys/fs/cgroup/*/berth/${id}`]),
  );
}

/** Ids of all that have anything on the disk. */
export function idsOf({ dataFolder }: World): readonly string[] {
  return readdirSync(join(dataFolder, 'containers'));
}

/**
 * The same without what differs from one run to the next: ids, what is in files, and the files that a start writes anew
 * whether there was one before or not.
 */
export function shapeOf(remains: readonly string[]): readonly string[] {
  return remains
    .filter((line) => !/\/(?:hostname|hosts|resolv\.conf) /.test(line))
    .map((line) =>
      line
        .replace(/ [0-9a-f]{8}$/, '')
        .replaceAll(
          /[0-9a-f]{64}|[0-9a-f]{32}|(?<=run\/netns\/|br-)[0-9a-f]{12}|(?<=veth)[0-9a-f]{7}/g,
          'ID',
        ),
    )
    .sort();
}
