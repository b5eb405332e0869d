import { exists } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { detectServiceManager } from '../services/detect.ts';
import type { Step } from '../steps/index.ts';
import type { DockerInstallation } from './docker-installation.ts';

type StopStep = Extract<Step, { kind: 'stop-docker' }>;

/** Units of Docker's packages; the socket goes first, because it would start the service again. */
const packageUnits = ['docker.socket', 'docker.service'];
const openrcService = 'docker';

/** The step that stops a Docker; `undefined` when there is nothing to stop, or when it is a user's own. */
export async function stepThatStops(
  docker: DockerInstallation,
  host: ProvisionHost,
): Promise<StopStep | undefined> {
  if (docker.kind === 'rootless' || docker.kind === 'podman-docker') return undefined;
  const found = await startedBy(docker, host);
  if (found === undefined) return undefined;
  const { daemon } = docker;
  return {
    kind: 'stop-docker',
    name: docker.name,
    ...found,
    ...(daemon === undefined
      ? {}
      : { daemon: { pid: daemon.pid, startTime: daemon.startTime, argv: [...daemon.argv] } }),
    sockets: [...(daemon?.sockets ?? [])],
  };
}

async function startedBy(
  { kind, daemon }: DockerInstallation,
  host: ProvisionHost,
): Promise<Pick<StopStep, 'manager' | 'services'> | undefined> {
  const manager = await detectServiceManager(host);
  if (manager === 'systemd') {
    const services = await knownUnits(
      host,
      kind === 'snap' ? 'snap.docker.dockerd.service' : daemon?.unit,
    );
    if (services.length > 0) return { manager, services };
  }
  if (manager === 'openrc' && (await exists(host.path(`/etc/init.d/${openrcService}`)))) {
    return { manager, services: [openrcService] };
  }
  return daemon === undefined ? undefined : { manager: 'process', services: [] };
}

/** Those units that systemd knows: the one that the daemon runs in, and those of Docker's packages. */
async function knownUnits(host: ProvisionHost, own: string | undefined): Promise<string[]> {
  const candidates = new Set([...packageUnits, ...(own === undefined ? [] : [own])]);
  const known: string[] = [];
  for (const unit of candidates) {
    if ((await host.run('systemctl', ['cat', '--', unit])).exitCode === 0) known.push(unit);
  }
  return known;
}
