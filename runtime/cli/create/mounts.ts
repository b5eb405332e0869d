import { resolve } from 'node:path';
import { optionError } from './option-error.ts';
import { parseBytes } from './sizes.ts';

/** A `--mount`, as `HostConfig.Mounts` wants it (Docker Engine API 1.47, Mount). */
export interface MountRequest {
  readonly Type: string;
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: true;
  readonly BindOptions?: { readonly Propagation: string };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
  readonly VolumeOptions?: { readonly NoCopy: true };
}

/** What `-v` asks for: a bind (or named volume), or a nameless volume at a path. */
export type VolumeRequest =
  | { readonly kind: 'bind'; readonly bind: string }
  | { readonly kind: 'anonymous'; readonly target: string };

/**
 * Reads a `-v`: `source:target[:options]`, or a target alone.
 *
 * @param workingDirectory where a source such as `./data` starts
 * @throws OPTION_INVALID
 */
export function parseVolume(value: string, workingDirectory: string): VolumeRequest {
  const help = { wanted: 'source:/target or source:/target:ro', example: '/srv/data:/data' };
  const [source = '', target, ...options] = value.split(':');
  if (target === undefined) {
    if (!source.startsWith('/')) throw optionError('--volume', value, help);
    return { kind: 'anonymous', target: source };
  }
  if (source === '' || !target.startsWith('/') || options.length > 1)
    throw optionError('--volume', value, help);
  const from = /^\.{1,2}(\/|$)/.test(source) ? resolve(workingDirectory, source) : source;
  return { kind: 'bind', bind: [from, target, ...options].join(':') };
}

const aliases: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};
const known = [
  'type',
  'source',
  'target',
  'readonly',
  'bind-propagation',
  'tmpfs-size',
  'tmpfs-mode',
  'volume-nocopy',
];
const help = {
  wanted: `fields of ${known.join(', ')}`,
  example: 'type=bind,source=/srv/data,target=/data,readonly',
};

function parseFields(value: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const field of value.split(',')) {
    const at = field.indexOf('=');
    const written = (at < 0 ? field : field.slice(0, at)).trim().toLowerCase();
    const name = aliases[written] ?? written;
    // Switches say something without a value.
    if (!known.includes(name) || (at < 0 && !['readonly', 'volume-nocopy'].includes(name)))
      throw optionError('--mount', value, help);
    fields.set(name, at < 0 ? 'true' : field.slice(at + 1));
  }
  return fields;
}

function tmpfsOptions(
  fields: ReadonlyMap<string, string>,
): NonNullable<MountRequest['TmpfsOptions']> {
  const size = fields.get('tmpfs-size');
  const mode = fields.get('tmpfs-mode');
  if (mode !== undefined && !/^[0-7]{1,4}$/.test(mode)) {
    throw optionError('--mount', `tmpfs-mode=${mode}`, {
      wanted: 'permissions in octal',
      example: 'type=tmpfs,target=/run,tmpfs-mode=0755',
    });
  }
  return {
    ...(size === undefined ? {} : { SizeBytes: parseBytes('--mount', size) }),
    ...(mode === undefined ? {} : { Mode: Number.parseInt(mode, 8) }),
  };
}

function isOn(value: string | undefined): boolean {
  return value === 'true' || value === '1';
}

/**
 * Reads a `--mount`: comma-separated `name=value` fields. A relative source of a bind starts at `workingDirectory`.
 *
 * @throws OPTION_INVALID
 */
export function parseMount(value: string, workingDirectory: string): MountRequest {
  const fields = parseFields(value);
  const type = fields.get('type') ?? 'volume';
  const target = fields.get('target');
  const source = fields.get('source');
  if (target === undefined || (type === 'bind' && source === undefined))
    throw optionError('--mount', value, help);
  const propagation = fields.get('bind-propagation');
  const readonly = fields.get('readonly');
  return {
    Type: type,
    ...(source === undefined
      ? {}
      : { Source: type === 'bind' ? resolve(workingDirectory, source) : source }),
    Target: target,
    ...(isOn(readonly) ? { ReadOnly: true } : {}),
    ...(propagation === undefined ? {} : { BindOptions: { Propagation: propagation } }),
    ...(type === 'tmpfs' ? { TmpfsOptions: tmpfsOptions(fields) } : {}),
    ...(isOn(fields.get('volume-nocopy')) ? { VolumeOptions: { NoCopy: true } } : {}),
  };
}
