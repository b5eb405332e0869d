/**
 * What the specification knows and berth cannot do yet. None of it may be ignored: whoever asks for a hook and
 * silently gets none is worse off than one who is told. When a part learns one of these, its line goes.
 * `*` stands for every item of a list.
 */
const notYet: readonly string[] = [
  'process.commandLine',
  'process.user.username',
  'linux.intelRdt',
  'linux.memoryPolicy',
  'linux.netDevices',
  'freebsd',
  'solaris',
  'vm',
  'windows',
  'zos',
];

/** Whether a value asks for nothing: Go programs write such fields out although nobody set them. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) {
    return true;
  }
  if (Array.isArray(value)) return value.every(isEmpty);
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** Steps into `value` along the pattern; gives the paths that are there and ask for something. */
function pathsThat(value: unknown, pattern: readonly string[], path: string): readonly string[] {
  const [key, ...rest] = pattern;
  if (key === undefined) return isEmpty(value) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  if (key === '*') {
    if (!Array.isArray(value)) return [];
    return value.flatMap((item: unknown, index) => pathsThat(item, rest, `${path}[${index}]`));
  }
  const child: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return pathsThat(child, rest, path === '' ? key : `${path}.${key}`);
}

/**
 * Which fields of a config berth cannot carry out yet, such as `windows` or `mounts[2].uidMappings`.
 *
 * @param json what JSON.parse gave; not the parsed `Spec`, which no longer has these fields.
 */
export function unsupportedFields(json: unknown): readonly string[] {
  return notYet.flatMap((pattern) => pathsThat(json, pattern.split('.'), ''));
}

/**
 * Whether berth carries a field out.
 *
 * @param field as in the list above: `linux.intelRdt`, `mounts.*.uidMappings`.
 */
export function isSupported(field: string): boolean {
  return !notYet.includes(field);
}
