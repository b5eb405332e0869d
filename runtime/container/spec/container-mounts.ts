import { posix } from 'node:path';

import { BerthError } from '../../errors/berth-error.ts';
import type { HostConfig } from '../model/host-config.ts';
import type { MountRequest } from '../model/mount-point.ts';
import {
  type ContainerMount,
  destinationOf,
  propagations,
  type Propagation,
} from '../model/container-mount.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { parseVolumeName } from '../volumes/volume-name.ts';
import { namelessVolume, parseBindString, parseDestination } from './bind-string.ts';

function unsupported(field: string, what: string, remedy: string): BerthError {
  return new BerthError('UNSUPPORTED_FIELD', {
    message: `${field} asks for ${what}, which berth does not do yet`,
    remedy,
    details: { field },
  });
}

function invalid(request: MountRequest, why: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid mount config for type "${request.Type}": ${why}`,
    remedy: 'Correct the item of HostConfig.Mounts.',
    details: { field: 'HostConfig.Mounts', value: request.Target },
  });
}

function destinationFor({ Type, Target }: MountRequest): string {
  return parseDestination(Target, `invalid mount config for type "${Type}": `);
}

function propagationOf(request: MountRequest): Propagation {
  const given = request.BindOptions?.Propagation ?? '';
  if (given === '') return 'rprivate';
  const found = propagations.find((propagation) => propagation === given);
  if (found === undefined) throw invalid(request, `invalid propagation mode: ${given}`);
  return found;
}

function fromBindRequest(request: MountRequest): ContainerMount {
  const options = request.BindOptions;
  if (request.Source === '') throw invalid(request, 'field Source must not be empty');
  if (!request.Source.startsWith('/')) {
    throw invalid(request, `invalid mount path: '${request.Source}' mount path must be absolute`);
  }
  return {
    kind: 'bind',
    bind: {
      source: request.Source,
      destination: destinationFor(request),
      access: request.ReadOnly ? 'ro' : 'rw',
      readOnly: options?.ReadOnlyNonRecursive === true ? 'top' : 'recursive',
      submounts: options?.NonRecursive === true ? 'without' : 'with',
      propagation: propagationOf(request),
      missingSource: options?.CreateMountpoint === true ? 'create-folder' : 'refuse',
      mode: '',
    },
  };
}

function fromTmpfsRequest(request: MountRequest): ContainerMount {
  if (request.Source !== '') throw invalid(request, 'field Source must not be specified');
  const options = request.TmpfsOptions;
  const given = (options?.Options ?? []).map((option) => option.join('='));
  return {
    kind: 'tmpfs',
    tmpfs: {
      destination: destinationFor(request),
      options: [
        ...(options === null || options.SizeBytes === 0 ? [] : [`size=${options.SizeBytes}`]),
        ...(options === null || options.Mode === 0 ? [] : [`mode=${options.Mode.toString(8)}`]),
        ...(request.ReadOnly ? ['ro'] : []),
        ...given,
      ],
    },
  };
}

/** The part of a volume or an image that is asked for; empty for all of it. */
function subpathOf(request: MountRequest): string {
  const given = request.VolumeOptions?.Subpath ?? request.ImageOptions?.Subpath ?? '';
  if (given === '') return '';
  if (request.Source === '')
    throw invalid(request, 'must not set Subpath when using anonymous volumes');
  const path = posix.normalize(given).replace(/\/$/, '');
  if (posix.isAbsolute(path) || path === '..' || path.startsWith('../'))
    throw invalid(request, 'subpath must be a relative path within the volume');
  return path === '.' ? '' : path;
}

function fromVolumeRequest(request: MountRequest): ContainerMount {
  const { Source, ReadOnly, VolumeOptions } = request;
  const nameless = namelessVolume(destinationFor(request));
  const subpath = subpathOf(request);
  const { Name = '', Options = null } = VolumeOptions?.DriverConfig ?? {};
  return {
    kind: 'volume',
    volume: {
      ...nameless,
      ...(Source === '' ? {} : { name: parseVolumeName(Source), origin: 'named', mode: 'z' }),
      access: ReadOnly ? 'ro' : 'rw',
      subpath,
      content: VolumeOptions?.NoCopy === true ? 'none' : 'of-image',
      driver: Name,
      options: Options ?? {},
      labels: VolumeOptions?.Labels ?? {},
    },
  };
}

function fromImageRequest(request: MountRequest): ContainerMount {
  if (request.Source === '') throw invalid(request, 'field Source must not be empty');
  const destination = destinationFor(request);
  return {
    kind: 'image',
    image: { name: request.Source, destination, subpath: subpathOf(request) },
  };
}

function fromRequest(request: MountRequest): ContainerMount {
  if (request.Type !== 'bind' && request.BindOptions !== null) {
    throw invalid(request, `BindOptions must not be specified on mount type "${request.Type}"`);
  }
  if (request.Type !== 'tmpfs' && request.TmpfsOptions !== null) {
    throw invalid(request, `TmpfsOptions must not be specified on mount type "${request.Type}"`);
  }
  if (request.Type !== 'volume' && request.VolumeOptions !== null) {
    throw invalid(request, `VolumeOptions must not be specified on mount type "${request.Type}"`);
  }
  if (request.Type !== 'image' && request.ImageOptions !== null) {
    throw invalid(request, `ImageOptions must not be specified on mount type "${request.Type}"`);
  }
  switch (request.Type) {
    case 'bind':
      return fromBindRequest(request);
    case 'tmpfs':
      return fromTmpfsRequest(request);
    case 'volume':
      return fromVolumeRequest(request);
    case 'image':
      return fromImageRequest(request);
    case 'npipe':
    case 'cluster':
      throw unsupported(
        'HostConfig.Mounts',
        `a mount of type "${request.Type}"`,
        'Use "bind", "volume", "image" or "tmpfs".',
      );
    default:
      throw invalid(request, 'mount type unknown');
  }
}

/** All that a container has mounted: the one source for its start, for `docker inspect`, and for its files. */
export function mountsOf({ mounts, hostConfig }: ContainerRecord): readonly ContainerMount[] {
  return mounts ?? containerMounts(hostConfig);
}

/**
 * All that a client wants mounted, in no particular order; volumes as they are asked for.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD
 */
export function containerMounts(hostConfig: HostConfig): readonly ContainerMount[] {
  const tmpfs = Object.entries(hostConfig.Tmpfs ?? {}).map(([path, options]): ContainerMount => ({
    kind: 'tmpfs',
    tmpfs: {
      destination: parseDestination(path),
      options: options === '' ? [] : options.split(','),
    },
  }));
  const mounts = [
    ...(hostConfig.Binds ?? []).map(parseBindString),
    ...(hostConfig.Mounts ?? []).map(fromRequest),
    ...tmpfs,
  ];
  const seen = new Set<string>();
  for (const destination of mounts.map(destinationOf)) {
    if (seen.has(destination)) {
      throw new BerthError('CONTAINER_CONFIG_INVALID', {
        message: `Duplicate mount point: ${destination}`,
        remedy: 'Mount one thing only at each path.',
        details: { destination },
      });
    }
    seen.add(destination);
  }
  return mounts;
}
