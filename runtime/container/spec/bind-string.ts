import { posix } from 'node:path';

import { BerthError } from '../../errors/berth-error.ts';
import {
  type BindMount,
  propagations,
  type Propagation,
  type VolumeMount,
} from '../model/container-mount.ts';
import { parseVolumeName } from '../volumes/volume-name.ts';

/** An item of `HostConfig.Binds`. */
export type BindString =
  | { readonly kind: 'bind'; readonly bind: BindMount }
  | { readonly kind: 'volume'; readonly volume: VolumeMount };

function invalid(text: string, why: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid volume specification: '${text}': ${why}`,
    remedy: 'Write a bind as "/host/path:/container/path" with ":ro" or other options behind it.',
    details: { field: 'HostConfig.Binds', value: text },
  });
}

function invalidMode(text: string, mode: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid mode: ${mode}`,
    remedy: 'Write options behind the second colon, such as ":ro".',
    details: { field: 'HostConfig.Binds', value: text },
  });
}

function isPropagation(option: string): option is Propagation {
  return propagations.some((propagation) => propagation === option);
}

/** `z` and `Z` ask for labels of SELinux: see `prepareBinds`. */
const withoutEffect = ['consistent', 'cached', 'delegated', 'nocopy', 'z', 'Z'];

interface Mode {
  readonly access: 'rw' | 'ro';
  readonly propagation: Propagation | undefined;
  readonly content: VolumeMount['content'];
}

function parseMode(text: string, mode: string): Mode {
  const options = mode === '' ? [] : mode.split(',');
  let access: Mode['access'] | undefined;
  let propagation: Propagation | undefined;
  for (const option of options) {
    if ((option === 'ro' || option === 'rw') && access === undefined) access = option;
    else if (isPropagation(option) && propagation === undefined) propagation = option;
    else if (!withoutEffect.includes(option)) throw invalidMode(text, mode);
  }
  const content = options.includes('nocopy') ? 'none' : 'of-image';
  return { access: access ?? 'rw', propagation, content };
}

/**
 * A container path without `.`, `..` and doubled slashes.
 *
 * @param before what Docker says before the reason
 * @throws CONTAINER_CONFIG_INVALID
 */
export function parseDestination(path: string, before = ''): string {
  const clean = posix.normalize(path).replace(/(.)\/$/, '$1');
  if (path.startsWith('/') && clean !== '/') return clean;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `${before}${clean === '/' ? "invalid specification: destination can't be '/'" : `invalid mount path: '${path}' mount path must be absolute`}`,
    remedy: 'Give an absolute path within the container, not "/".',
    details: { destination: path },
  });
}

/** A volume that berth makes for one container. */
export function namelessVolume(destination: string): VolumeMount {
  return {
    name: '',
    origin: 'nameless',
    destination,
    access: 'rw',
    content: 'of-image',
    subpath: '',
    mode: '',
    driver: '',
    options: {},
    labels: {},
  };
}

/**
 * Reads an item of `HostConfig.Binds`: `source:destination[:options]`; a source without a leading slash is a volume's
 * name, and so is none at all.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD
 */
export function parseBindString(text: string): BindString {
  const parts = text.split(':');
  const [first = '', second = '', mode = ''] = parts;
  if (first === '' || parts.length > 3 || text === '')
    throw invalid(text, 'too many or empty parts');
  const { access, propagation, content } = parseMode(text, mode);
  const type = parts.length > 1 && first.startsWith('/') ? 'bind' : 'volume';
  const before = `invalid volume specification: '${text}': invalid mount config for type "${type}": `;
  const destination = parseDestination(parts.length === 1 ? first : second, before);
  if (parts.length === 1) return { kind: 'volume', volume: namelessVolume(destination) };
  if (!first.startsWith('/')) {
    // A volume is nobody else's mount.
    if (propagation !== undefined) throw invalidMode(text, mode);
    const volume = { ...namelessVolume(destination), name: parseVolumeName(first) };
    return {
      kind: 'volume',
      volume: { ...volume, origin: 'named', access, content, mode: mode === '' ? 'z' : mode },
    };
  }
  return {
    kind: 'bind',
    bind: {
      source: posix.normalize(first).replace(/(.)\/$/, '$1'),
      destination,
      access,
      readOnly: 'recursive',
      submounts: 'with',
      propagation: propagation ?? 'rprivate',
      missingSource: 'create-folder',
      mode,
    },
  };
}
