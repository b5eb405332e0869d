import { resolve } from 'node:path';
import { commaFields } from './comma-fields.ts';
import { optionError } from './option-error.ts';
import { nameValues } from './name-values.ts';
import { parseBytes } from './sizes.ts';

const aliases: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
};

/** Fields that may be there several times. */
const lists = ['volume-label', 'volume-opt'];
/** Fields that say something without a value. */
const switches = ['readonly', 'volume-nocopy', 'bind-nonrecursive', 'bind-create-src'];
const known = [
  ...['type', 'source', 'target', 'consistency', 'bind-propagation', 'bind-recursive'],
  ...['tmpfs-size', 'tmpfs-mode', 'volume-driver', 'volume-subpath', 'image-subpath'],
  ...lists,
  ...switches,
];
const help = {
  wanted: `fields of ${known.join(', ')}`,
  example: 'type=bind,source=/srv/data,target=/data,readonly',
};

type MountFields = ReadonlyMap<string, readonly string[]>;

function parseFields(value: string): MountFields {
  const fields = new Map<string, readonly string[]>();
  const written = commaFields(value);
  if (written === undefined) throw optionError('--mount', value, help);
  for (const field of written) {
    const at = field.indexOf('=');
    const word = (at < 0 ? field : field.slice(0, at)).trim().toLowerCase();
    const name = aliases[word] ?? word;
    if (!known.includes(name) || (at < 0 && !switches.includes(name)))
      throw optionError('--mount', value, help);
    const text = at < 0 ? 'true' : field.slice(at + 1);
    fields.set(name, lists.includes(name) ? [...(fields.get(name) ?? []), text] : [text]);
  }
  return fields;
}

function isOn(fields: MountFields, name: string): boolean {
  const [value] = fields.get(name) ?? [];
  if (value === undefined || ['false', '0'].includes(value.toLowerCase())) return false;
  if (['true', '1'].includes(value.toLowerCase())) return true;
  throw optionError('--mount', `${name}=${value}`, {
    wanted: 'true or false',
    example: help.example,
  });
}

function tmpfsOptions(fields: MountFields): object {
  const [size] = fields.get('tmpfs-size') ?? [];
  const [mode] = fields.get('tmpfs-mode') ?? [];
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

/** What `bind-recursive` says of mounts below the source. */
const recursion: Readonly<Record<string, object>> = {
  enabled: {},
  disabled: { NonRecursive: true },
  writable: { ReadOnlyNonRecursive: true },
  readonly: { ReadOnlyForceRecursive: true },
};

function bindOptions(fields: MountFields): object {
  const [propagation] = fields.get('bind-propagation') ?? [];
  const [recursive = 'enabled'] = fields.get('bind-recursive') ?? [];
  const recursiveFields = recursion[recursive];
  if (recursiveFields === undefined) {
    throw optionError('--mount', `bind-recursive=${recursive}`, {
      wanted: `one of ${Object.keys(recursion).join(', ')}`,
      example: 'type=bind,source=/srv,target=/srv,bind-recursive=disabled',
    });
  }
  return {
    ...(propagation === undefined ? {} : { Propagation: propagation }),
    ...recursiveFields,
    ...(isOn(fields, 'bind-nonrecursive') ? { NonRecursive: true } : {}),
    ...(isOn(fields, 'bind-create-src') ? { CreateMountpoint: true } : {}),
  };
}

function volumeOptions(fields: MountFields): object {
  const [driver] = fields.get('volume-driver') ?? [];
  const [subpath] = fields.get('volume-subpath') ?? [];
  const options = fields.get('volume-opt');
  const labels = fields.get('volume-label');
  const hasDriver = driver !== undefined || options !== undefined;
  return {
    ...(isOn(fields, 'volume-nocopy') ? { NoCopy: true } : {}),
    ...(labels === undefined ? {} : { Labels: nameValues('--mount', labels) }),
    ...(hasDriver
      ? { DriverConfig: { Name: driver ?? '', Options: nameValues('--mount', options ?? []) } }
      : {}),
    ...(subpath === undefined ? {} : { Subpath: subpath }),
  };
}

function imageOptions(fields: MountFields): object {
  const [subpath] = fields.get('image-subpath') ?? [];
  return subpath === undefined ? {} : { Subpath: subpath };
}

const optionsOf: Readonly<Record<string, readonly [string, (fields: MountFields) => object]>> = {
  bind: ['BindOptions', bindOptions],
  tmpfs: ['TmpfsOptions', tmpfsOptions],
  volume: ['VolumeOptions', volumeOptions],
  image: ['ImageOptions', imageOptions],
};

/** A field of another type of mount would be ignored by the daemon. */
function refuseOthers(value: string, type: string, fields: MountFields): void {
  const others = Object.keys(optionsOf).filter((other) => other !== type);
  const stray = [...fields.keys()].find((name) =>
    others.some((other) => name.startsWith(`${other}-`)),
  );
  if (stray === undefined) return;
  throw optionError('--mount', value, {
    wanted: `no '${stray}' in a mount of the type '${type}'`,
    example: help.example,
  });
}

/**
 * Reads a `--mount`, comma-separated `name=value` fields, as `HostConfig.Mounts` wants it (Docker Engine API 1.51, Mount). A
 * relative source of a bind starts at `workingDirectory`.
 *
 * @throws OPTION_INVALID
 */
export function parseMount(
  value: string,
  workingDirectory: string,
): Readonly<Record<string, unknown>> {
  const fields = parseFields(value);
  const [type = 'volume'] = fields.get('type') ?? [];
  const [target] = fields.get('target') ?? [];
  const [source] = fields.get('source') ?? [];
  if (target === undefined || (type === 'bind' && source === undefined))
    throw optionError('--mount', value, help);
  refuseOthers(value, type, fields);
  const [consistency] = fields.get('consistency') ?? [];
  const [key, read] = optionsOf[type] ?? [];
  const options = read?.(fields) ?? {};
  const from = type === 'bind' ? resolve(workingDirectory, source ?? '') : source;
  return {
    Type: type,
    ...(from === undefined ? {} : { Source: from }),
    Target: target,
    ...(isOn(fields, 'readonly') ? { ReadOnly: true } : {}),
    ...(consistency === undefined ? {} : { Consistency: consistency }),
    ...(key === undefined || (Object.keys(options).length === 0 && type !== 'tmpfs')
      ? {}
      : { [key]: options }),
  };
}
