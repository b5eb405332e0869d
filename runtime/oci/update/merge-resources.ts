/** JSON as it is read: objects by name. */
type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every name in `linux.resources`; Go reads names in any case, and so do those who write files for runc. */
const names: ReadonlyMap<string, string> = new Map(
  [
    ...['memory', 'limit', 'reservation', 'swap', 'swappiness', 'disableOOMKiller', 'kernel'],
    ...['kernelTCP', 'useHierarchy', 'checkBeforeUpdate', 'cpu', 'shares', 'quota', 'burst'],
    ...['period', 'realtimeRuntime', 'realtimePeriod', 'cpus', 'mems', 'idle', 'pids', 'blockIO'],
    ...['weight', 'leafWeight', 'weightDevice', 'throttleReadBpsDevice', 'throttleWriteBpsDevice'],
    ...['throttleReadIOPSDevice', 'throttleWriteIOPSDevice', 'major', 'minor', 'rate'],
    ...['hugepageLimits', 'pageSize', 'network', 'classID', 'priorities', 'name', 'priority'],
    ...['rdma', 'hcaHandles', 'hcaObjects', 'unified', 'devices', 'allow', 'type', 'access'],
  ].map((name) => [name.toLowerCase(), name]),
);

/** Sections whose names are the host's: files of cgroup v2, network interfaces, RDMA devices. */
const open = new Set(['unified', 'rdma']);

/** The same JSON with every name as the specification writes it. */
export function withKnownNames(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withKnownNames);
  if (!isObject(json)) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const name = names.get(key.toLowerCase()) ?? key;
      return [name, open.has(name) ? value : withKnownNames(value)];
    }),
  );
}

/** What tells items of a list apart: a device its numbers, a page size its name. */
function keyOf(item: unknown): string {
  if (!isObject(item)) return JSON.stringify(item);
  const { major, minor, pageSize, name } = item;
  return JSON.stringify([major, minor, pageSize, name]);
}

/**
 * `linux.resources` with a change in it: what the change does not name stays, and of lists it replaces the items about the
 * same device.
 */
export function mergeResources(before: unknown, change: unknown): unknown {
  if (change === undefined || change === null) return before;
  if (Array.isArray(before) && Array.isArray(change)) {
    const changed = new Set(change.map(keyOf));
    return [
      ...(before as readonly unknown[]).filter((item) => !changed.has(keyOf(item))),
      ...(change as unknown[]),
    ];
  }
  if (!isObject(before) || !isObject(change)) return change;
  const keys = new Set([...Object.keys(before), ...Object.keys(change)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, mergeResources(before[key], change[key])]),
  );
}
