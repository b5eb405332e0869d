import { BerthError } from '../../errors/berth-error.ts';
import { type ContainerMount, destinationOf } from '../model/container-mount.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { namelessVolume, parseDestination } from '../spec/bind-string.ts';
import { containerMounts, mountsOf } from '../spec/container-mounts.ts';

/** How deep a read-only bind is so, unless the client says. */
export type ReadOnlyBinds = 'recursive' | 'top';

interface ResolveOptions {
  /** The record of a container that is named. */
  readonly find: (nameOrId: string) => ContainerRecord;
  readonly readOnlyBinds?: ReadOnlyBinds;
}

/**
 * All that a new container is to have mounted: what other containers have (`--volumes-from`), in the place of that what it
 * is told itself, and nameless volumes where the image or the client wants one and nothing else is.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD, VOLUME_NAME_INVALID, and what `find` throws
 */
export function resolveMounts(
  { config, hostConfig }: Pick<ContainerRecord, 'config' | 'hostConfig'>,
  { find, readOnlyBinds = 'recursive' }: ResolveOptions,
): readonly ContainerMount[] {
  const mounts = new Map<string, ContainerMount>();
  const add = (mount: ContainerMount): void => {
    mounts.set(destinationOf(mount), mount);
  };
  for (const text of hostConfig.VolumesFrom ?? []) {
    const { name, access } = parseVolumesFrom(text);
    for (const mount of mountsOf(find(name))) if (mount.kind !== 'tmpfs') add(lent(mount, access));
  }
  for (const mount of containerMounts(hostConfig))
    add(withDepth(withDriver(mount, hostConfig.VolumeDriver), readOnlyBinds));
  for (const path of Object.keys(config.Volumes ?? {})) {
    const destination = parseDestination(path);
    if (!mounts.has(destination)) add(withDriver(nameless(destination), hostConfig.VolumeDriver));
  }
  return [...mounts.values()];
}

function nameless(destination: string): ContainerMount {
  return { kind: 'volume', volume: namelessVolume(destination) };
}

function withDepth(mount: ContainerMount, depth: ReadOnlyBinds): ContainerMount {
  if (mount.kind !== 'bind' || depth === 'recursive') return mount;
  return { kind: 'bind', bind: { ...mount.bind, readOnly: 'top' } };
}

function withDriver(mount: ContainerMount, driver: string): ContainerMount {
  if (mount.kind !== 'volume' || mount.volume.driver !== '') return mount;
  return { kind: 'volume', volume: { ...mount.volume, driver } };
}

/** What another container has: it may be read-only here, but not the other way round, and is filled already. */
function lent(mount: ContainerMount, access: 'ro' | 'as-there'): ContainerMount {
  const change = access === 'ro' ? ({ access: 'ro' } as const) : {};
  if (mount.kind === 'bind') return { kind: 'bind', bind: { ...mount.bind, ...change } };
  if (mount.kind !== 'volume') return mount;
  return { kind: 'volume', volume: { ...mount.volume, ...change, content: 'none' } };
}

function parseVolumesFrom(text: string): {
  readonly name: string;
  readonly access: 'ro' | 'as-there';
} {
  const [name = '', mode = '', ...rest] = text.split(':');
  const invalid = (why: string): BerthError =>
    new BerthError('CONTAINER_CONFIG_INVALID', {
      message: why,
      remedy: 'Write a container and, when wanted, ":ro" or ":rw" behind it.',
      details: { field: 'HostConfig.VolumesFrom', value: text },
    });
  if (name === '') throw invalid('volumes-from specification cannot be an empty string');
  if (rest.length > 0 || !['', 'ro', 'rw', 'z', 'Z'].includes(mode))
    throw invalid(`invalid mode for volumes-from: ${[mode, ...rest].join(':')}`);
  return { name, access: mode === 'ro' ? 'ro' : 'as-there' };
}
