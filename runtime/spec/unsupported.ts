/**
 * What the specification knows and berth does not carry out. None of it may be ignored: whoever asks for a device and
 * silently gets none is worse off than one who is told. When a part learns one of these, its line goes.
 * `*` stands for every item of a list.
 */
const notCarriedOut: readonly string[] = [
  // Of version 1.3.
  'linux.memoryPolicy',
  'linux.netDevices',
  'linux.intelRdt.schemata',
  'linux.intelRdt.enableMonitoring',
  // Of other systems.
  'process.commandLine',
  'process.user.username',
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
 * Which fields of a config berth does not carry out, such as `windows` or `linux.netDevices`.
 *
 * @param json what JSON.parse gave; not the parsed `Spec`, which no longer has these fields.
 */
export function unsupportedFields(json: unknown): readonly string[] {
  return notCarriedOut.flatMap((pattern) => pathsThat(json, pattern.split('.'), ''));
}

/**
 * Whether berth carries a field out.
 *
 * @param field as in the list above, such as `linux.intelRdt`.
 */
export function isSupported(field: string): boolean {
  return !notCarriedOut.includes(field);
}
