import type { ContainerRecord } from '../../container/model/container-record.ts';
import type { ContainerMount } from '../../container/model/container-mount.ts';
import { mountsOf } from '../../container/spec/container-mounts.ts';

/** `Mounts` of `docker inspect` and `docker ps`. @param volumePath where a volume is on the host */
export function mountsView(
  record: ContainerRecord,
  volumePath: (name: string) => string,
): readonly unknown[] {
  return mountsOf(record).map((mount) => mountView(mount, volumePath));
}

function mountView(
  mount: ContainerMount,
  volumePath: (name: string) => string,
): Readonly<Record<string, unknown>> {
  switch (mount.kind) {
    case 'tmpfs':
      return {
        Type: 'tmpfs',
        Source: '',
        Destination: mount.tmpfs.destination,
        Mode: '',
        RW: !mount.tmpfs.options.includes('ro'),
        Propagation: '',
      };
    case 'bind': {
      const { source, destination, mode, access, propagation } = mount.bind;
      return {
        Type: 'bind',
        Source: source,
        Destination: destination,
        Mode: mode,
        RW: access === 'rw',
        Propagation: propagation,
      };
    }
    case 'volume': {
      const { name, destination, mode, access } = mount.volume;
      return {
        Type: 'volume',
        Name: name,
        Source: volumePath(name),
        Destination: destination,
        Driver: 'local',
        Mode: mode,
        RW: access === 'rw',
        Propagation: '',
      };
    }
  }
}
