import type { ContainerRecord } from '../../container/model/container-record.ts';
import { containerMounts } from '../../container/spec/container-mounts.ts';

/** `Mounts` of `docker inspect` and `docker ps`. */
export function mountsView(record: ContainerRecord): readonly unknown[] {
  return containerMounts(record.hostConfig).map((mount) => {
    if (mount.kind === 'tmpfs') {
      return {
        Type: 'tmpfs',
        Source: '',
        Destination: mount.tmpfs.destination,
        Mode: '',
        RW: !mount.tmpfs.options.includes('ro'),
        Propagation: '',
      };
    }
    const { source, destination, mode, access, propagation } = mount.bind;
    return {
      Type: 'bind',
      Source: source,
      Destination: destination,
      Mode: mode,
      RW: access === 'rw',
      Propagation: propagation,
    };
  });
}
