import type { Namespace, NamespaceType } from '../../spec/linux.ts';
import type { ContainerRecord } from '../model/container-record.ts';

/**
 * The namespaces of a container. Each is new unless the client wants the host's. The cgroup namespace is new also with
 * cgroup v1, where Docker leaves the host's: the container does not see where on the host it is.
 */
export function specNamespaces(
  record: ContainerRecord,
  users: 'own' | 'host',
): readonly Namespace[] {
  const { PidMode, IpcMode, UTSMode, CgroupnsMode, NetworkMode } = record.hostConfig;
  const types: readonly (readonly [NamespaceType, string])[] = [
    ['mount', ''],
    ['user', users],
    ['pid', PidMode],
    ['ipc', IpcMode],
    ['uts', UTSMode],
    ['cgroup', CgroupnsMode],
    ['network', NetworkMode],
  ];
  return types.filter(([, mode]) => mode !== 'host').map(([type]) => ({ type }));
}
