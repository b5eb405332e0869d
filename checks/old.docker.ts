import { checkServiceMessages as m } from '../messages/areas/checks-services.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { findInstalledPackages } from './probes/installed-packages.ts';
import { joinClauses } from './probes/join-texts.ts';

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

/** Packages of another Docker on this host. Reports them and leaves them alone; what runs is `old.runtime`'s matter. */
export const oldDocker: Check = {
  id: 'old.docker',
  title: m.oldDockerTitle,
  group: 'services',
  wanted: m.oldDockerWanted,
  why: m.oldDockerWhy,
  severity: 'warn',
  privilege: 'none',
  async probe(context) {
    const packages = await findInstalledPackages(context, [...oldPackages, ...currentPackages]);
    const snap = await hasDockerSnap(context.files);
    const details = { packages, snap };
    const old = packages.filter(({ name }) => oldPackages.includes(name));
    const troubles = [...old.map(m.oldDockerPackage), ...(snap ? [m.oldDockerSnap()] : [])];
    const current = packages.filter((found) => !old.includes(found)).map(m.oldDockerPackage);
    if (troubles.length > 0) {
      const seen = joinClauses([...troubles, ...current]);
      return { status: 'warn', seen, remedy: m.oldDockerGoOn(), details };
    }
    if (current.length === 0) return { status: 'pass', seen: m.oldDockerNone(), details };
    const seen = m.oldDockerCurrent({ packages: current.join(', ') });
    return { status: 'pass', seen, details };
  },
};

/** snapd keeps revisions as files and mounts the current one at /snap or, on Fedora, below /var/lib. */
async function hasDockerSnap(files: CheckContext['files']): Promise<boolean> {
  const kept = await files.list('/var/lib/snapd/snaps');
  if (kept.some((name) => /^docker_\d+\.snap$/.test(name))) return true;
  const places = await Promise.all(
    ['/snap/docker/current', '/var/lib/snapd/snap/docker/current'].map((path) => files.kind(path)),
  );
  return places.includes('folder');
}
