import { findInstalledPackages } from '../../checks/probes/installed-packages.ts';
import { hostFiles } from '../../checks/host-context.ts';
import { currentPackages, oldPackages } from '../../checks/old.docker.ts';
import { exists } from '../../runtime/host/files.ts';
import type { CommandRunner } from '../host/commands.ts';
import { findDockerDaemons } from './docker-daemons.ts';
import type { DockerDaemon, DockerInstallation } from './docker-installation.ts';
import { configuredDataRoot, dockerDefaults } from './docker-settings.ts';

/** A docker command of Podman, which has no daemon and no data of Docker's. */
const podmanPackage = 'podman-docker';
const snapFolders = ['/snap/docker/current', '/var/lib/snapd/snap/docker/current'];
const snapData = '/var/snap/docker/common/var-lib-docker';
/** Where people put static binaries, and where packages have theirs. */
const programs = [
  '/usr/local/bin/dockerd',
  '/usr/local/sbin/dockerd',
  '/opt/docker/dockerd',
  '/usr/bin/dockerd',
];

/** Every other Docker of this host, running or not. Looks, and changes nothing. */
export async function findDocker(run: CommandRunner): Promise<readonly DockerInstallation[]> {
  const daemons = await findDockerDaemons();
  const system = daemons.filter(({ owner }) => owner === 'system');
  const snap = system.find((daemon) => daemon.argv[0]?.includes('/snap/') === true);
  const main = system.find((daemon) => daemon !== snap);
  const packages = await packagesOf(run);
  const found: DockerInstallation[] = [];
  const engines = packages.filter(({ name }) => name !== podmanPackage);
  if (engines.length > 0) found.push(await engine('package', namesOf(engines), main));
  if (await anyExists(snapFolders)) {
    found.push({
      kind: 'snap',
      name: 'docker',
      dataRoot: snap?.dataRoot ?? snapData,
      ...running(snap),
    });
  }
  if (engines.length === 0) {
    const program = main?.argv[0] ?? (await firstExisting(programs));
    if (program !== undefined) found.push(await engine('static', program, main));
  }
  for (const daemon of daemons.filter(({ owner }) => owner === 'user')) {
    const name = daemon.argv[0] ?? 'dockerd';
    found.push({ kind: 'rootless', name, dataRoot: daemon.dataRoot, daemon });
  }
  const podman = packages.filter(({ name }) => name === podmanPackage);
  if (podman.length > 0) found.push({ kind: 'podman-docker', name: namesOf(podman) });
  return found;
}

type Package = Awaited<ReturnType<typeof findInstalledPackages>>[number];

function packagesOf(run: CommandRunner): Promise<readonly Package[]> {
  return findInstalledPackages({ files: hostFiles, run }, [...oldPackages, ...currentPackages]);
}

const namesOf = (packages: readonly Package[]): string =>
  packages.map(({ name, version }) => `${name} ${version}`.trim()).join(', ');

const running = (daemon: DockerDaemon | undefined): { readonly daemon?: DockerDaemon } =>
  daemon === undefined ? {} : { daemon };

async function engine(
  kind: 'package' | 'static',
  name: string,
  daemon: DockerDaemon | undefined,
): Promise<DockerInstallation> {
  const dataRoot = daemon?.dataRoot ?? (await configuredDataRoot(dockerDefaults.config));
  return { kind, name, dataRoot, ...running(daemon) };
}

async function anyExists(paths: readonly string[]): Promise<boolean> {
  return (await firstExisting(paths)) !== undefined;
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path)) return path;
  return undefined;
}
