import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { findInstalledPackages } from './probes/installed-packages.ts';
import type { InstalledPackage } from './probes/installed-packages.ts';
import { findProcesses } from './probes/running-processes.ts';

/** Names under which distributions shipped Docker before docker-ce, and what stands in for it. */
export const oldPackages = [
  'docker',
  'docker-client',
  'docker-client-latest',
  'docker-common',
  'docker-engine',
  'docker-engine-selinux',
  'docker-latest',
  'docker-latest-logrotate',
  'docker-logrotate',
  'docker-selinux',
  'podman-docker',
];
/** Docker as it is shipped today: no trouble, but worth telling. */
export const currentPackages = ['docker-ce', 'docker.io', 'moby-engine'];
const dockerSockets = ['/run/docker.sock', '/var/run/docker.sock'];

/** What there is of another Docker on this host. Reports it and leaves it alone. */
export const oldDocker: Check = {
  id: 'old.docker',
  title: 'Other Docker installations',
  group: 'services',
  wanted: 'no outdated Docker package, no Docker snap, no running dockerd',
  why: 'Two engines share the firewall, the bridge and the docker command; berth touches none of the other.',
  severity: 'warn',
  privilege: 'none',
  async probe(context) {
    const packages = await findInstalledPackages(context, [...oldPackages, ...currentPackages]);
    const snap = await hasDockerSnap(context.files);
    const daemons = await findProcesses(context.files, 'dockerd');
    const socket = await firstSocket(context.files);
    const details = { packages, snap, daemons, socket };
    const old = packages.filter(({ name }) => oldPackages.includes(name));
    const troubles = [
      ...old.map(describePackage),
      ...(snap ? ['the snap "docker"'] : []),
      ...daemons.map((pid) => `dockerd running as process "${pid}"`),
      ...(socket === undefined ? [] : [`a socket at "${socket}"`]),
    ];
    const current = packages.filter((found) => !old.includes(found)).map(describePackage);
    if (troubles.length === 0) {
      if (current.length === 0) return { status: 'pass', seen: 'none', details };
      const note = `${current.join(', ')} is installed and not running: berth lives beside it.`;
      return { status: 'pass', seen: 'none that runs', note, details };
    }
    return {
      status: 'warn',
      seen: [...troubles, ...current].join('; '),
      remedy:
        'Go on: berth lives beside it, with its own data and socket. If nobody needs it, stop and remove it with what installed it; its data root stays until you delete it.',
      details,
    };
  },
};

function describePackage({ name, version }: InstalledPackage): string {
  return `package "${name}" ${version}`.trim();
}

/** snapd keeps revisions as files and mounts the current one at /snap or, on Fedora, below /var/lib. */
async function hasDockerSnap(files: CheckContext['files']): Promise<boolean> {
  const kept = await files.list('/var/lib/snapd/snaps');
  if (kept.some((name) => /^docker_\d+\.snap$/.test(name))) return true;
  const places = await Promise.all(
    ['/snap/docker/current', '/var/lib/snapd/snap/docker/current'].map((path) => files.kind(path)),
  );
  return places.includes('folder');
}

async function firstSocket(files: CheckContext['files']): Promise<string | undefined> {
  for (const path of dockerSockets) if ((await files.kind(path)) === 'socket') return path;
  return undefined;
}
