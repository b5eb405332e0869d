import type { Namespace, NamespaceType } from '../../spec/linux.ts';
import type { ContainerRecord } from '../model/container-record.ts';

/** Files on the host that a container has in /etc. */
export interface NameFiles {
  readonly hostname: string;
  readonly hosts: string;
  readonly resolvConf: string;
}

/** What a container has of others: `container:ID` in `HostConfig`. */
export interface DonorPlaces {
  /** Files of their namespaces. */
  readonly pid?: string;
  readonly ipc?: string;
  readonly net?: string;
  /** The one that those belong to which are joined, for a container with users of its own. */
  readonly user?: string;
  /** The folder on the host that has the shared memory which belongs to the IPC namespace. */
  readonly shm?: string;
  /** Its files that say who it is, in its network: another container's are the same ones. */
  readonly names?: NameFiles;
}

/**
 * The namespaces of a container. Each is new unless the client wants the host's. Those of others are joined
 * where it is known where they are.
 */
export function specNamespaces(
  record: ContainerRecord,
  users: 'own' | 'host',
  donors: DonorPlaces = {},
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
  return types
    .filter(([, mode]) => mode !== 'host')
    .map(([type]) => {
      const path = pathOf(type, donors);
      return path === undefined ? { type } : { type, path };
    });
}

function pathOf(type: NamespaceType, donors: DonorPlaces): string | undefined {
  if (type === 'network') return donors.net;
  return type === 'pid' || type === 'ipc' || type === 'user' ? donors[type] : undefined;
}
