import type { ContainerEngine } from '../../container/engine.ts';
import { imageFolder } from '../../container/store/container-paths.ts';
import type { ContainerRecord } from '../../container/model/container-record.ts';
import type { ContainerMount } from '../../container/model/container-mount.ts';
import { parseDestination } from '../../container/spec/bind-string.ts';
import { mountsOf } from '../../container/spec/container-mounts.ts';

/** Where on the host the sources of mounts are. */
export interface MountPlaces {
  readonly volume: (name: string) => string;
  readonly image: (container: { readonly id: string }, chainId: string) => string;
}

/** The places of an engine. */
export function mountPlaces({
  volumes,
  paths,
}: Pick<ContainerEngine, 'volumes' | 'paths'>): MountPlaces {
  return {
    volume: (name) => volumes.dataPath(name),
    image: (container, chainId) => imageFolder(paths(container), chainId),
  };
}

/** `Mounts` of `docker inspect` and `docker ps`: as with Docker, those of `HostConfig.Tmpfs` are not among them. */
export function mountsView(record: ContainerRecord, places: MountPlaces): readonly unknown[] {
  const asked = new Set(
    (record.hostConfig.Mounts ?? []).map(({ Target }) => parseDestination(Target)),
  );
  return mountsOf(record)
    .filter((mount) => mount.kind !== 'tmpfs' || asked.has(mount.tmpfs.destination))
    .map((mount) => mountView(record, mount, places));
}

function mountView(
  record: ContainerRecord,
  mount: ContainerMount,
  places: MountPlaces,
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
    case 'image': {
      const { name, chainId = '', destination } = mount.image;
      return {
        Type: 'image',
        Name: name,
        Source: places.image(record, chainId),
        Destination: destination,
        Mode: '',
        RW: false,
        Propagation: 'rprivate',
      };
    }
    case 'volume': {
      const { name, destination, mode, access } = mount.volume;
      return {
        Type: 'volume',
        Name: name,
        Source: places.volume(name),
        Destination: destination,
        Driver: 'local',
        Mode: mode,
        RW: access === 'rw',
        Propagation: '',
      };
    }
  }
}
