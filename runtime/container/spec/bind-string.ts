import { posix } from 'node:path';

import { BerthError } from '../../errors/berth-error.ts';

/** Mount propagation of a bind (mount_namespaces(7)). */
export const propagations = [
  'rprivate',
  'private',
  'rshared',
  'shared',
  'rslave',
  'slave',
] as const;

/** One of `propagations`. */
export type Propagation = (typeof propagations)[number];

/** A folder or file of the host that a container sees. */
export interface BindMount {
  readonly source: string;
  readonly destination: string;
  readonly access: 'rw' | 'ro';
  /** Of a read-only bind: whether mounts below it are read-only too. */
  readonly readOnly: 'recursive' | 'top';
  /** Whether mounts below the source are there too. */
  readonly submounts: 'with' | 'without';
  readonly propagation: Propagation;
  /** What to do when the source is not there. */
  readonly missingSource: 'create-folder' | 'refuse';
  /** As given, such as `ro,rslave`: `docker inspect` shows it. */
  readonly mode: string;
}

/** An item of `HostConfig.Binds`. */
export type BindString =
  | { readonly kind: 'bind'; readonly bind: BindMount }
  | { readonly kind: 'volume'; readonly name: string; readonly destination: string };

function invalid(text: string, why: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid volume specification: '${text}': ${why}`,
    remedy: 'Write a bind as "/host/path:/container/path" with ":ro" or other options behind it.',
    details: { field: 'HostConfig.Binds', value: text },
  });
}

function isPropagation(option: string): option is Propagation {
  return propagations.some((propagation) => propagation === option);
}

interface Mode {
  readonly access: 'rw' | 'ro';
  readonly propagation: Propagation;
}

function parseMode(text: string, mode: string): Mode {
  const options = mode === '' ? [] : mode.split(',');
  let access: Mode['access'] | undefined;
  let propagation: Propagation | undefined;
  for (const option of options) {
    if ((option === 'ro' || option === 'rw') && access === undefined) access = option;
    else if (isPropagation(option) && propagation === undefined) propagation = option;
    else if (option === 'z' || option === 'Z') {
      throw new BerthError('UNSUPPORTED_FIELD', {
        message: `HostConfig.Binds asks for SELinux relabelling with "${option}" in "${text}", which berth does not do yet`,
        remedy: `Leave "${option}" out, and label the folder with chcon(1) where SELinux is on.`,
        details: { field: 'HostConfig.Binds', value: text },
      });
    } else if (!['consistent', 'cached', 'delegated', 'nocopy'].includes(option)) {
      throw invalid(text, `invalid mode: ${mode}`);
    }
  }
  return { access: access ?? 'rw', propagation: propagation ?? 'rprivate' };
}

/** A container path without `.`, `..` and doubled slashes. @throws CONTAINER_CONFIG_INVALID */
export function parseDestination(path: string): string {
  const clean = posix.normalize(path).replace(/(.)\/$/, '$1');
  if (path.startsWith('/') && clean !== '/') return clean;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid mount config: invalid specification: destination ${path === '/' || clean === '/' ? "can't be '/'" : `"${path}" must be an absolute path`}`,
    remedy: 'Give an absolute path within the container, not "/".',
    details: { destination: path },
  });
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
  if (parts.length === 1) return { kind: 'volume', name: '', destination: parseDestination(first) };
  const destination = parseDestination(second);
  const { access, propagation } = parseMode(text, mode);
  if (!first.startsWith('/')) return { kind: 'volume', name: first, destination };
  return {
    kind: 'bind',
    bind: {
      source: posix.normalize(first).replace(/(.)\/$/, '$1'),
      destination,
      access,
      readOnly: 'recursive',
      submounts: 'with',
      propagation,
      missingSource: 'create-folder',
      mode,
    },
  };
}
