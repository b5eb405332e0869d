import { oldDockerMessages as m } from '../../messages/areas/old-docker.ts';
import { formatBytes } from '../ui/format-bytes.ts';
import type { DockerContents, DockerInstallation } from './docker-installation.ts';

const kinds = {
  package: m.kindPackage,
  snap: m.kindSnap,
  static: m.kindStatic,
  rootless: m.kindRootless,
  'podman-docker': m.kindPodman,
} as const;

/** A Docker in one line: what it is, whether it runs, what it holds. */
export function describeDocker(docker: DockerInstallation, contents: DockerContents): string {
  const list = [
    ...(contents.containers === undefined
      ? []
      : [m.containers({ count: contents.containers, running: contents.running ?? 0 })]),
    ...(contents.images === undefined ? [] : [m.images({ count: contents.images })]),
    ...(contents.volumes === undefined ? [] : [m.volumes({ count: contents.volumes })]),
    ...(contents.sizeBytes === undefined ? [] : [formatBytes(contents.sizeBytes)]),
  ].join(', ');
  return m.found({
    kind: kinds[docker.kind](),
    name: docker.name,
    state: docker.daemon === undefined ? m.notRunning() : m.isRunning(),
    holds: list === '' ? '' : m.holds({ list, where: docker.dataRoot ?? '' }),
  });
}
